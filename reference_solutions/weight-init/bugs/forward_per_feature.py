# /// zachetka
# about = "The std of each feature, averaged."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "the std of each feature is taken and averaged"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(0, correction=0).mean().item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
