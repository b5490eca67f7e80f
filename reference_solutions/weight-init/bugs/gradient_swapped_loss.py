# /// zachetka
# about = "loss_fn(y, model(x))."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "the arguments of loss_fn are swapped: it is loss_fn(model(x), y)"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(y, model(x)), weights)
    return [grad.norm().item() for grad in grads]
