# /// zachetka
# about = "The mean of absolute values."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "the mean is taken of absolute values"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.abs().mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
