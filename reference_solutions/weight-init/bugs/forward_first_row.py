# /// zachetka
# about = "The mean is taken of the first row only."
# score = 0.965
# fails = ["forward_statistics.values"]
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output[0].mean().item(), output[0].std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
