# /// zachetka
# about = "The variance is handed to normal_."
# score = 0.955
# fails = ["init_kaiming.kaiming_normal_distribution"]
# diagnosis = "the variance is given in place of the standard deviation: N(0, s^2) names the variance, torch asks for s"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 2 / layer.weight.shape[1])
        if layer.bias is not None:
            layer.bias.zero_()
