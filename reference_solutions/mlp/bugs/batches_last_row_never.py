# /// zachetka
# about = "The last row is never drawn: the upper end of randint is exclusive."
# score = 0.99
# fails = [
#     "minibatches.replacement",
# ]
# diagnosis = "some rows are (almost) never drawn"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement:
        order = torch.randint(n - 1, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
