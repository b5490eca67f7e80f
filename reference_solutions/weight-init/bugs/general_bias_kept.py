# /// zachetka
# about = "The bias keeps what it was."
# score = 0.99
# fails = [
#     "init_general_normal.general_rule_bias",
#     "init_general_normal.normal_bias",
# ]
# diagnosis = "the bias is not changed"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    with torch.no_grad():
        y = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.uniform_(-y, y)


def init_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(layer.weight.shape[1]))
