# /// zachetka
# about = "Tensors in place of floats."
# score = 0.99
# fails = ["forward_statistics.pairs_of_floats"]
# diagnosis = "must return a list of tuples of two Python floats"
# ///
# %% forward_statistics
def forward_statistics(model, x):
    statistics = []

    def hook(module, inputs, output):
        statistics.append((output.mean(), output.std(correction=0)))

    handles = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    return statistics
