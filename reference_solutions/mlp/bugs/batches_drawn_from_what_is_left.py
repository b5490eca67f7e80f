# /// zachetka
# about = "With replacement each batch is drawn from the rows behind it only."
# score = 0.99
# fails = [
#     "minibatches.replacement",
# ]
# diagnosis = "come from a part of the rows only"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    order = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        rows = order[start : start + batch_size]
        if replacement:
            rows = start + torch.randint(n - start, (len(rows),), generator=generator)
        yield x[rows], y[rows]
