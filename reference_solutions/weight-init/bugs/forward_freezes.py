# /// zachetka
# about = "requires_grad is switched off in place of no_grad."
# score = 0.99
# fails = ["forward_statistics.forward_grads"]
# diagnosis = "forward_statistics has changed requires_grad of the parameters"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    model.requires_grad_(False)
    model(x)
    for handle in handles:
        handle.remove()
    return statistics
