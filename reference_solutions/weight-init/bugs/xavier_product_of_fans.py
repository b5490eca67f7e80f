# /// zachetka
# about = "The product of the fans where their sum belongs."
# score = 0.955
# fails = ["init_xavier.xavier_normal_distribution"]
# diagnosis = "fan_in and fan_out are multiplied"
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
        m, n = layer.weight.shape
        layer.weight.normal_(0.0, math.sqrt(2 / (n * m)))
        if layer.bias is not None:
            layer.bias.zero_()
