# /// zachetka
# about = "Nested layers are forgotten."
# score = 0.935
# fails = [
#     "gradient_statistics.norms",
#     "gradient_statistics.modules_order",
#     "gradient_statistics.called_twice",
# ]
# diagnosis = "are nested layers missed?"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.children() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.norm().item() for grad in grads]
