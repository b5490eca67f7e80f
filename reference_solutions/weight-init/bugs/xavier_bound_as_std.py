# /// zachetka
# about = "sqrt(6/(n+m)) is handed to normal_."
# score = 0.955
# fails = ["init_xavier.xavier_normal_distribution"]
# diagnosis = "the end of the interval of the uniform rule is used as the standard deviation"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(6 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
