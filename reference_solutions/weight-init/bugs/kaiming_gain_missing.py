# /// zachetka
# about = "N(0, 1/n): the gain of ReLU is missing."
# score = 0.955
# fails = ["init_kaiming.kaiming_normal_distribution"]
# diagnosis = "the variance is half of what it must be: a factor of 2 is missing"
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
        nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
        if layer.bias is not None:
            layer.bias.zero_()
