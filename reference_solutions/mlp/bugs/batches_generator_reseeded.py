# /// zachetka
# about = "The generator's first seed is used, not its state."
# score = 0.99
# fails = [
#     "minibatches.generator",
# ]
# diagnosis = "Generators in different states give the same batches"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    n = len(x)
    if generator is not None:
        generator = torch.Generator().manual_seed(generator.initial_seed())
    if replacement:
        order = torch.randint(n, (n,), generator=generator)
    else:
        order = torch.randperm(n, generator=generator)
    return [(x[rows], y[rows]) for rows in order.split(batch_size)]
