# /// zachetka
# about = "A layer with bias=False raises an error."
# score = 0.99
# fails = [
#     "init_general_normal.general_rule_bias",
#     "init_general_normal.normal_bias",
# ]
# diagnosis = "stops with an error on a layer with bias=False"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        layer.bias.zero_()
