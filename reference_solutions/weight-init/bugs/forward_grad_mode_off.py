# /// zachetka
# about = "Gradients are switched off in place of no_grad."
# score = 0.995
# fails = ["forward_statistics.mode"]
# diagnosis = "After forward_statistics gradients are switched off"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    try:
        torch.set_grad_enabled(False)
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return statistics
