# /// zachetka
# about = "sqrt(1/(n+m)) in place of sqrt(2/(n+m))."
# score = 0.955
# fails = ["init_xavier.xavier_normal_distribution"]
# diagnosis = "the variance is half of what it must be: a factor of 2 is missing"
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
        layer.weight.normal_(0.0, math.sqrt(1 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
