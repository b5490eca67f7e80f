# /// zachetka
# about = "Tiny weights in place of zeros, so that the gradient is alive."
# score = 0.99
# fails = ["init_zeros_ones.zeros_weight"]
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    with torch.no_grad():
        layer.weight.fill_(1e-9)
        if layer.bias is not None:
            layer.bias.zero_()


def init_ones_(layer):
    with torch.no_grad():
        layer.weight.fill_(1.0)
        if layer.bias is not None:
            layer.bias.zero_()
