# /// zachetka
# about = "The root mean square in place of the std."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "the root mean square is taken"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.square().mean().sqrt().item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
