# /// zachetka
# about = "The mean of the fans where their sum belongs."
# score = 0.955
# fails = ["init_xavier.xavier_uniform_distribution"]
# diagnosis = "the variance is twice what it must be: there is a factor of 2 too many"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / (sum(layer.weight.shape) / 2))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
