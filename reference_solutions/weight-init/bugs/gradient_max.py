# /// zachetka
# about = "The largest absolute value."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "this is the largest absolute value, not the Euclidean norm"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.abs().max().item() for grad in grads]
