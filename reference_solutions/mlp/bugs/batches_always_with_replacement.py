# /// zachetka
# about = "Rows are drawn with replacement whether or not that is asked for."
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
    order = torch.randint(n, (n,), generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
