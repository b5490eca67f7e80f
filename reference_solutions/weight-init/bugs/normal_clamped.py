# /// zachetka
# about = "Values beyond three deviations are clamped."
# score = 0.97
# fails = ["init_general_normal.normal_distribution"]
# diagnosis = "the weights have not the tails of a normal distribution: values far from zero are too rare or too frequent"
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
        layer.weight.copy_((torch.randn(layer.weight.shape) * std).clamp(-3 * std, 3 * std))
        if layer.bias is not None:
            layer.bias.zero_()
