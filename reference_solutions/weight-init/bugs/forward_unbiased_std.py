# /// zachetka
# about = "torch's default std divides by N - 1."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "std divides by N - 1"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std().item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
