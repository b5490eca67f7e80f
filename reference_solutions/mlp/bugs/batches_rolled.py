# /// zachetka
# about = "A random turn of the data in place of a permutation."
# score = 0.99
# fails = [
#     "minibatches.order_is_random",
# ]
# diagnosis = "shuffle single samples"
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
        order = torch.arange(n).roll(int(torch.randint(n * 10**6, (), generator=generator)))
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
