# /// zachetka
# about = "forward is replaced and stays replaced."
# score = 0.99
# fails = ["forward_statistics.hooks"]
# diagnosis = "After forward_statistics there are hooks, or a changed forward, left in the model"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def watch(layer):
        original = layer.forward

        def forward(signal):
            output = original(signal)
            statistics.append((output.mean().item(), output.std(correction=0).item()))
            return output

        layer.forward = forward

    for module in model.modules():
        if isinstance(module, nn.Linear):
            watch(module)
    with torch.no_grad():
        model(x)
    return list(statistics)
