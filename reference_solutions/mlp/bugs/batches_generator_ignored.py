# /// zachetka
# about = "The generator is not passed on."
# score = 0.99
# fails = [
#     "minibatches.generator",
# ]
# diagnosis = "The same state of the generator gives different batches"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement:
        order = torch.randint(n, (n,))
    else:
        order = torch.randperm(n)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
