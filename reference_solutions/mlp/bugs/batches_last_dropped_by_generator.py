# /// zachetka
# about = "With a generator a short last batch is lost."
# score = 0.98
# fails = [
#     "minibatches.sizes",
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
    if generator is not None and not replacement and batch_size < n:
        order = order[: n // batch_size * batch_size]
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
