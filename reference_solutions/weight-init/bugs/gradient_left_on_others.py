# /// zachetka
# about = "The gradients of the linear layers are put back, those of other modules stay."
# score = 0.975
# fails = ["gradient_statistics.no_grads_left", "gradient_statistics.grads_kept"]
# diagnosis = "Parameters whose grad was None have one"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    saved = [(p, p.grad) for layer in layers for p in layer.parameters()]
    for p, _ in saved:
        p.grad = None
    loss_fn(model(x), y).backward()
    norms = [w.grad.norm().item() for w in weights]
    for p, grad in saved:
        p.grad = grad
    return norms
