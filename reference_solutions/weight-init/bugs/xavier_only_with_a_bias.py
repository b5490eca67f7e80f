# /// zachetka
# about = "The weight is drawn only where there is a bias."
# score = 0.98
# fails = [
#     "init_xavier.xavier_uniform_bias",
#     "init_xavier.xavier_normal_bias",
# ]
# diagnosis = "does not change the weights of a layer with bias=False"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    if layer.bias is not None:
        a = math.sqrt(6 / sum(layer.weight.shape))
        with torch.no_grad():
            layer.weight.uniform_(-a, a)
            layer.bias.zero_()


def init_xavier_normal_(layer):
    if layer.bias is None:
        return
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        layer.bias.zero_()
