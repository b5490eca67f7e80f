# /// zachetka
# about = "randn as it is."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the spread does not depend on the sizes of the layer"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape))
        if layer.bias is not None:
            layer.bias.zero_()
