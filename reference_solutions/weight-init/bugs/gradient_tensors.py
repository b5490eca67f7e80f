# /// zachetka
# about = "Tensors in place of floats."
# score = 0.99
# fails = ["gradient_statistics.floats"]
# diagnosis = "must return a list of Python floats"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.norm() for grad in grads]
