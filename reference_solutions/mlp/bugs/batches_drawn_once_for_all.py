# /// zachetka
# about = "With replacement one draw serves for all batches."
# score = 0.99
# fails = [
#     "minibatches.replacement",
# ]
# diagnosis = "every batch of a call has the same rows"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement:
        rows = torch.randint(n, (min(batch_size, n),), generator=generator)
        for start in range(0, n, batch_size):
            part = rows[: n - start]
            yield x[part], y[part]
        return
    for rows in torch.randperm(n, generator=generator).split(batch_size):
        yield x[rows], y[rows]
