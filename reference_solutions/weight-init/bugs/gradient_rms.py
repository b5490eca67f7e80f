# /// zachetka
# about = "The root of the mean of squares."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "this is the root of the mean of squares"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.square().mean().sqrt().item() for grad in grads]
