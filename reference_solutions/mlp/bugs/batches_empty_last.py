# /// zachetka
# about = "An empty batch at the end when the size divides the data."
# score = 0.97
# fails = [
#     "minibatches.sizes",
#     "minibatches.replacement",
# ]
# diagnosis = "the last one is empty"
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
    starts = range(0, n + 1, batch_size)
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in starts]
