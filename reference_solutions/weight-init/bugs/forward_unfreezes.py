# /// zachetka
# about = "requires_grad is switched off and on again, for frozen parameters, too."
# score = 0.99
# fails = ["forward_statistics.forward_grads"]
# diagnosis = "forward_statistics has changed requires_grad of the parameters"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []
    for p in model.parameters():
        p.requires_grad_(False)

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    try:
        with torch.no_grad():
            model(x)
    finally:
        for handle in handles:
            handle.remove()
    for p in model.parameters():
        p.requires_grad_(True)
    return statistics
