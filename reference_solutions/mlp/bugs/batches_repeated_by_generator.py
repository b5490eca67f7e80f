# /// zachetka
# about = "With a generator rows always are drawn with replacement."
# score = 0.98
# fails = [
#     "minibatches.every_sample_once",
# ]
# diagnosis = "rows are repetitions"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement or generator is not None:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
