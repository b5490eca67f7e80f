# /// zachetka
# about = "The signal is measured after the activation that follows."
# score = 0.965
# fails = ["forward_statistics.values"]
# diagnosis = "the statistics are taken after the activation"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    """The input of the next layer is the activated output of this one."""
    signals = []
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    handles = [m.register_forward_pre_hook(lambda _, inputs: signals.append(inputs[0])) for m in layers]
    with torch.no_grad():
        signals.append(model(x))
    for handle in handles:
        handle.remove()
    return [(s.mean().item(), s.std(correction=0).item()) for s in signals[1:]]
