# /// zachetka
# about = "The norms of the weights, not of their gradients."
# score = 0.935
# fails = [
#     "gradient_statistics.norms",
#     "gradient_statistics.modules_order",
#     "gradient_statistics.called_twice",
# ]
# diagnosis = "these are the norms of the weights, not of their gradients"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    loss_fn(model(x), y)
    return [m.weight.norm().item() for m in model.modules() if isinstance(m, nn.Linear)]
