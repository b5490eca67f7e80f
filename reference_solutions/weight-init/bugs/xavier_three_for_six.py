# /// zachetka
# about = "sqrt(3/(n+m)) in place of sqrt(6/(n+m))."
# score = 0.955
# fails = ["init_xavier.xavier_uniform_distribution"]
# diagnosis = "the variance is half of what it must be: a factor of 2 is missing"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(3 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
