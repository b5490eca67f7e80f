# /// zachetka
# about = "std comes first, then the mean."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "std comes first, and the mean must"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.std(correction=0).item(), output.mean().item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
