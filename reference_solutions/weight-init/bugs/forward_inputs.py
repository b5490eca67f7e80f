# /// zachetka
# about = "The inputs of the layers are measured."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "these are the statistics of the inputs of the layers, not of the outputs"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        signal = inputs[0]
        statistics.append((signal.mean().item(), signal.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
