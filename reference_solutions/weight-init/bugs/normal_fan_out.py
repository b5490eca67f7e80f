# /// zachetka
# about = "fan_out in place of fan_in."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "fan_out is used where fan_in belongs"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[0]))
        if layer.bias is not None:
            layer.bias.zero_()
