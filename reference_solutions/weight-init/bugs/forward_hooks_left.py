# /// zachetka
# about = "The hooks are never removed."
# score = 0.99
# fails = ["forward_statistics.hooks"]
# diagnosis = "After forward_statistics there are hooks, or a changed forward, left in the model"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    return statistics
