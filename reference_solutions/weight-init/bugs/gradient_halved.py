# /// zachetka
# about = "All norms are too small by one factor."
# score = 0.96
# fails = [
#     "gradient_statistics.norms",
# ]
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    loss = 0.7 * loss_fn(model(x), y)
    return [grad.norm().item() for grad in torch.autograd.grad(loss, weights)]
