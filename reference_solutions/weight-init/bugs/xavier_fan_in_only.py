# /// zachetka
# about = "sqrt(6/n): fan_out is forgotten."
# score = 0.955
# fails = ["init_xavier.xavier_uniform_distribution"]
# diagnosis = "only one of fan_in and fan_out is used"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
