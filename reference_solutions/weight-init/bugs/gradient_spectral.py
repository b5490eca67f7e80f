# /// zachetka
# about = "The spectral norm of the matrix."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "this is the spectral norm"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [torch.linalg.matrix_norm(grad, 2).item() for grad in grads]
