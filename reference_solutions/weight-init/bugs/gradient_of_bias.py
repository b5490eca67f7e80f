# /// zachetka
# about = "The gradients of the biases."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "these are the norms for the bias, not for the weight"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.bias for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.norm().item() for grad in grads]
