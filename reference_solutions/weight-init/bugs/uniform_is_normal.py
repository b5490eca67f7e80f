# /// zachetka
# about = "randn in place of rand."
# score = 0.985
# fails = ["init_uniform_centered.uniform_distribution"]
# diagnosis = "the weights are normal, but must be uniform"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape))
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
