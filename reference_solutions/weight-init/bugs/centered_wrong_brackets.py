# /// zachetka
# about = "rand / 2 - 0.5: the right half is missing."
# score = 0.985
# fails = ["init_uniform_centered.centered_distribution"]
# diagnosis = "the right half of the interval is missing"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.rand(layer.weight.shape) / 2 - 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
