# /// zachetka
# about = "Every second parameter is taken for a weight."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "are other parameters measured, too?"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    grads = torch.autograd.grad(loss_fn(model(x), y), list(model.parameters()))
    return [grad.norm().item() for grad in grads[::2]]
