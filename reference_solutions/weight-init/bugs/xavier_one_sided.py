# /// zachetka
# about = "U[0, a) in place of U(-a, a)."
# score = 0.955
# fails = ["init_xavier.xavier_uniform_distribution"]
# diagnosis = "the weights lie between zero and the right end: U[0, a) in place of U[-a, a)"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.copy_(torch.rand(layer.weight.shape) * a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
