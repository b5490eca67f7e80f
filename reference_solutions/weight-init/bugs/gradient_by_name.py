# /// zachetka
# about = "Every parameter whose name contains the word weight."
# score = 0.985
# fails = ["gradient_statistics.modules_order"]
# diagnosis = "are other parameters measured, too?"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    grads = torch.autograd.grad(loss_fn(model(x), y), weights)
    return [grad.norm().item() for grad in grads]
