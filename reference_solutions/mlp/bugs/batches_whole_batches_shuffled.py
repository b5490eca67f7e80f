# /// zachetka
# about = "Whole batches are shuffled, not samples."
# score = 0.99
# fails = [
#     "minibatches.order_is_random",
# ]
# diagnosis = "not whole batches"
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
    parts = order.sort().values.split(batch_size) if not replacement else order.split(batch_size)
    if replacement:
        return [(x[rows], y[rows]) for rows in parts]
    whole = torch.randperm(n // batch_size, generator=generator).tolist() if n >= batch_size else []
    whole += list(range(len(whole), len(parts)))
    return [(x[parts[i]], y[parts[i]]) for i in whole]
