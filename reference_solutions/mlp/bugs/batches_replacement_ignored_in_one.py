# /// zachetka
# about = "A batch of everything is a permutation, whatever replacement is."
# score = 0.99
# fails = [
#     "minibatches.replacement",
# ]
# diagnosis = "every sample still comes exactly once"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if replacement and batch_size <= n:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
