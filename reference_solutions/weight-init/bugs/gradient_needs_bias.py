# /// zachetka
# about = "Every layer is taken to have a bias."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "'NoneType' object has no attribute 'grad'"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in model.modules() if isinstance(m, nn.Linear)]
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    saved = [(m.weight.grad, m.bias.grad) for m in layers]
    others = [(p, p.grad) for p in model.parameters()]
    for p, _ in others:
        p.grad = None
    loss_fn(model(x), y).backward()
    norms = [m.weight.grad.norm().item() for m in layers]
    for p, grad in others:
        p.grad = grad
    for m, (weight_grad, bias_grad) in zip(layers, saved):
        m.weight.grad, m.bias.grad = weight_grad, bias_grad
    return norms
