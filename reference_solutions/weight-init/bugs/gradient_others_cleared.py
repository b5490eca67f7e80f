# /// zachetka
# about = "The gradients of the linear layers are put back, those of other modules are lost."
# score = 0.985
# fails = ["gradient_statistics.grads_kept"]
# diagnosis = "Gradients that parameters of other modules had are gone"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    saved = [(p, p.grad) for layer in layers for p in layer.parameters()]
    model.zero_grad()
    loss_fn(model(x), y).backward()
    norms = [layer.weight.grad.norm().item() for layer in layers]
    model.zero_grad()
    for p, grad in saved:
        p.grad = grad
    return norms
