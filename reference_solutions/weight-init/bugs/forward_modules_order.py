# /// zachetka
# about = "The order of model.modules() in place of that of the pass."
# score = 0.98
# fails = ["forward_statistics.forward_order"]
# diagnosis = "the order is that in which the layers are defined, not that of the forward pass"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    found = {}

    def hook(module, inputs, output):
        found[module] = (output.mean().item(), output.std(correction=0).item())

    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    handles = [layer.register_forward_hook(hook) for layer in layers]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return [found[layer] for layer in layers]
