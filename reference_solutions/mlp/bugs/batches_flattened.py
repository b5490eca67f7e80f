# /// zachetka
# about = "x becomes a table."
# score = 0.98
# fails = [
#     "minibatches.pairs",
# ]
# diagnosis = "expected float32 tensor (*, 1, 4, 4)"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    x = x.reshape(n, -1)
    if replacement:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
