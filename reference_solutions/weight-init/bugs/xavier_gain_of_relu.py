# /// zachetka
# about = "The gain of ReLU is put on top."
# score = 0.955
# fails = ["init_xavier.xavier_normal_distribution"]
# diagnosis = "the variance is twice what it must be: there is a factor of 2 too many"
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
        nn.init.xavier_normal_(layer.weight, gain=nn.init.calculate_gain("relu"))
        if layer.bias is not None:
            layer.bias.zero_()
