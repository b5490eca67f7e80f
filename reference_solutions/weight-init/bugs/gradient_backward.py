# /// zachetka
# about = "backward() adds to the gradients that are there, and leaves its own."
# score = 0.965
# fails = [
#     "gradient_statistics.no_grads_left",
#     "gradient_statistics.grads_kept",
#     "gradient_statistics.called_twice",
# ]
# diagnosis = "Parameters whose grad was None have one after gradient_statistics"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    loss_fn(model(x), y).backward()
    return [m.weight.grad.norm().item() for m in model.modules() if isinstance(m, nn.Linear)]
