# /// zachetka
# about = "All gradients are None afterwards, those from before too."
# score = 0.985
# fails = ["gradient_statistics.grads_kept"]
# diagnosis = "Gradients that the parameters had are gone after gradient_statistics"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    model.zero_grad()
    loss_fn(model(x), y).backward()
    norms = [m.weight.grad.norm().item() for m in model.modules() if isinstance(m, nn.Linear)]
    model.zero_grad()
    return norms
