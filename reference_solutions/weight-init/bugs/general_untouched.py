# /// zachetka
# about = "The weights of nn.Linear are taken to be right already."
# score = 0.955
# fails = [
#     "init_general_normal.general_rule_distribution",
#     "init_general_normal.general_rule_generator",
#     "init_general_normal.general_rule_in_place",
# ]
# diagnosis = "the weights are not changed at all"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        pass
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
