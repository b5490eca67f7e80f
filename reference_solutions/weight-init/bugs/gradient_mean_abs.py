# /// zachetka
# about = "The mean of absolute values."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "this is the mean of absolute values, not the Euclidean norm"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.abs().mean().item() for grad in grads]
