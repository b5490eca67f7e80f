# /// zachetka
# about = "sqrt(3/n) in place of sqrt(6/n)."
# score = 0.955
# fails = ["init_kaiming.kaiming_uniform_distribution"]
# diagnosis = "the variance is half of what it must be: a factor of 2 is missing"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(3 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
