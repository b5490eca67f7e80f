# /// zachetka
# about = "The modules inside of the model, not the model itself."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "argument to `grad()` cannot be empty"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [m.weight for m in list(model.modules())[1:] if isinstance(m, nn.Linear)]
    loss = loss_fn(model(x), y)
    return [grad.norm().item() for grad in torch.autograd.grad(loss, weights)]
