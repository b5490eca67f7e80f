# /// zachetka
# about = "The old gradients are cleared, the new ones stay."
# score = 0.975
# fails = [
#     "gradient_statistics.no_grads_left",
#     "gradient_statistics.grads_kept",
# ]
# diagnosis = "Parameters whose grad was None have one after gradient_statistics"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    model.zero_grad()
    loss_fn(model(x), y).backward()
    return [m.weight.grad.norm().item() for m in model.modules() if isinstance(m, nn.Linear)]
