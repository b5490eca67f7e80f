# /// zachetka
# about = "A short last batch is lost."
# score = 0.96
# fails = [
#     "minibatches.sizes",
#     "minibatches.large_batch",
#     "minibatches.replacement",
# ]
# diagnosis = "the last one is lost"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size) if len(rows) == batch_size]
