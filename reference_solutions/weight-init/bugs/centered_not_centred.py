# /// zachetka
# about = "U[0, 1) in place of U[-0.5, 0.5)."
# score = 0.985
# fails = ["init_uniform_centered.centered_distribution"]
# diagnosis = "the interval starts at zero"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()
