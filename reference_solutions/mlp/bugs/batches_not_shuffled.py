# /// zachetka
# about = "The order of the data."
# score = 0.98
# fails = [
#     "minibatches.order_is_random",
#     "minibatches.generator",
# ]
# diagnosis = "in the order of x: they are not shuffled"
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
        order = torch.arange(n)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
