# /// zachetka
# about = "The order of the forward pass."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "the order is that of the forward pass, not that of model.modules()"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    order = []
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    handles = [m.register_forward_hook(lambda module, *_: order.append(module)) for m in layers]
    loss = loss_fn(model(x), y)
    for handle in handles:
        handle.remove()
    return [g.norm().item() for g in torch.autograd.grad(loss, [m.weight for m in order])]
