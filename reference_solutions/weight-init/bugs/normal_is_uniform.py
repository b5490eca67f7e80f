# /// zachetka
# about = "A uniform distribution of the same variance."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the spread is right, but the weights are uniform and must be normal"
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
        a = math.sqrt(3 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()
