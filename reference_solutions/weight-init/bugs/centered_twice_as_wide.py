# /// zachetka
# about = "U[-1, 1) in place of U[-0.5, 0.5)."
# score = 0.985
# fails = ["init_uniform_centered.centered_distribution"]
# diagnosis = "the interval is twice too long"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.copy_(2 * torch.rand(layer.weight.shape) - 1)
        if layer.bias is not None:
            layer.bias.zero_()
