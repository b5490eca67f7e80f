# /// zachetka
# about = "One batch of everything."
# score = 0.9
# fails = [
#     "minibatches.pairs",
#     "minibatches.sizes",
#     "minibatches.large_batch",
#     "minibatches.every_sample_once",
#     "minibatches.order_is_random",
#     "minibatches.replacement",
#     "minibatches.generator",
# ]
# diagnosis = "there is a batch of 37 rows"
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    """Random batches of paired rows.

    x: (N, ...), y: (N, ...) -> an iterable of (xb, yb) with at most batch_size rows each
    """
    return [(x, y)]
