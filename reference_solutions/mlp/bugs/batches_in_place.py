# /// zachetka
# about = "x and y themselves are shuffled."
# score = 0.99
# fails = [
#     "minibatches.generator",
# ]
# diagnosis = "minibatches changes x or y"
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
    if replacement:
        return [(x[rows], y[rows]) for rows in order.split(batch_size)]
    x[:], y[:] = x[order], y[order]
    return list(zip(x.clone().split(batch_size), y.clone().split(batch_size)))
