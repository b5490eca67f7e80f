# /// zachetka
# about = "Weight and bias together."
# score = 0.96
# fails = ["gradient_statistics.norms"]
# diagnosis = "the gradient of the bias is in it"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    loss = loss_fn(model(x), y)
    norms = []
    for layer in layers:
        grads = torch.autograd.grad(loss, list(layer.parameters()), retain_graph=True)
        norms.append(torch.cat([g.flatten() for g in grads]).norm().item())
    return norms
