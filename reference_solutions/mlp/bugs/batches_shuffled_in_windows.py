# /// zachetka
# about = "The samples are shuffled within windows of four batches."
# score = 0.99
# fails = [
#     "minibatches.order_is_random",
# ]
# diagnosis = "within pieces of x only"
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
        order = torch.cat(
            [
                part[torch.randperm(len(part), generator=generator)]
                for part in torch.arange(n).split(4 * batch_size)
            ]
        )
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
