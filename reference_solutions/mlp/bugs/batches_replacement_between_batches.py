# /// zachetka
# about = "With replacement between the batches, without inside them."
# score = 0.99
# fails = [
#     "minibatches.replacement",
# ]
# diagnosis = "independent draws hardly ever give such a number"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement:
        sizes = [min(batch_size, n - i) for i in range(0, n, batch_size)]
        order = torch.cat([torch.randperm(n, generator=generator)[:k] for k in sizes])
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
