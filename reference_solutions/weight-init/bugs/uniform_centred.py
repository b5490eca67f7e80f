# /// zachetka
# about = "U[-0.5, 0.5) in place of U[0, 1)."
# score = 0.985
# fails = ["init_uniform_centered.uniform_distribution"]
# diagnosis = "the interval lies around zero"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.rand(layer.weight.shape) - 0.5)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
