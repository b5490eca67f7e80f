# /// zachetka
# about = "A backward pass leaves gradients behind."
# score = 0.99
# fails = ["forward_statistics.forward_grads"]
# diagnosis = "Parameters whose grad was None have one after"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    model(x).sum().backward()
    for handle in handles:
        handle.remove()
    return statistics
