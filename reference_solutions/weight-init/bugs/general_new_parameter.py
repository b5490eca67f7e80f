# /// zachetka
# about = "A new parameter takes the place of the old one."
# score = 0.99
# fails = [
#     "init_general_normal.general_rule_in_place",
#     "init_general_normal.normal_in_place",
# ]
# diagnosis = "an optimizer would go on with the old one"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()


def init_normal_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
