# /// zachetka
# about = "With a generator x and y are shuffled apart."
# score = 0.98
# fails = [
#     "minibatches.pairs",
# ]
# diagnosis = "the rows lost their targets"
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
    if generator is not None:
        y = y[torch.randperm(n, generator=generator)]
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
