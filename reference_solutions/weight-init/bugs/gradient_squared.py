# /// zachetka
# about = "The square of the norm."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "the square of the norm is given: the root is missing"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.square().sum().item() for grad in grads]
