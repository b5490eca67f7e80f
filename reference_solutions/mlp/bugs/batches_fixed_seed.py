# /// zachetka
# about = "A fixed seed inside."
# score = 0.97
# fails = [
#     "minibatches.order_is_random",
#     "minibatches.replacement",
#     "minibatches.generator",
# ]
# diagnosis = "Every call gives the same order"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    generator = torch.Generator().manual_seed(42)
    if replacement:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
