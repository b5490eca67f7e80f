# /// zachetka
# about = "Every matrix among the parameters."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "are other parameters measured, too?"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [p for p in model.parameters() if p.dim() == 2]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.norm().item() for grad in grads]
