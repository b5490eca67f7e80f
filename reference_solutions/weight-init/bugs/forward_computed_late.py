# /// zachetka
# about = "Outputs are kept, and measured when an in-place ReLU has been over them."
# score = 0.99
# fails = ["forward_statistics.inplace_activation"]
# diagnosis = "these are the statistics of outputs that the activation has overwritten"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append(output)

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return [(v.mean().item(), v.std(correction=0).item()) for v in statistics]
