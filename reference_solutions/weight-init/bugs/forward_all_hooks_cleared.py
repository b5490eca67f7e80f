# /// zachetka
# about = "All hooks are removed, others' too."
# score = 0.99
# fails = ["forward_statistics.hooks"]
# diagnosis = "A hook that the model had before is gone: remove your own hooks only"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for module in model.modules():
        module._forward_hooks.clear()
    return statistics
