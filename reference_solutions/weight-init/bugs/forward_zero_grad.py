# /// zachetka
# about = "zero_grad() deletes gradients that were there."
# score = 0.99
# fails = ["forward_statistics.forward_grads"]
# diagnosis = "Gradients that the parameters had are gone after"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []
    model.zero_grad()

    def hook(module, inputs, output):
        statistics.append((output.mean().item(), output.std(correction=0).item()))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
