# /// zachetka
# about = "Every column is shifted so that its mean is the deviation."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the mean of the weights is not zero"
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
        std = 1 / math.sqrt(layer.weight.shape[1])
        layer.weight.normal_(0.1 * std, std)
        if layer.bias is not None:
            layer.bias.zero_()
