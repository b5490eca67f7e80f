# /// zachetka
# about = "A fixed seed where no generator is given."
# score = 0.98
# fails = [
#     "minibatches.order_is_random",
#     "minibatches.replacement",
# ]
# diagnosis = "every call draws the same rows"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if generator is None:
        torch.manual_seed(0)
    if replacement:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
