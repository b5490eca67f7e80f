# /// zachetka
# about = "The global generator is seeded after the draw."
# score = 0.98
# fails = [
#     "init_general_normal.general_rule_generator",
#     "init_general_normal.normal_generator",
# ]
# diagnosis = "calls in a row give the same weights, as if a seed were fixed inside"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)
        if layer.bias is not None:
            layer.bias.zero_()
        torch.manual_seed(0)


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
        torch.manual_seed(0)
