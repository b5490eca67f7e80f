# /// zachetka
# about = "Whatever has a weight is measured."
# score = 0.98
# fails = ["forward_statistics.forward_order"]
# diagnosis = "are other modules measured, too?"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if hasattr(m, "weight")]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
