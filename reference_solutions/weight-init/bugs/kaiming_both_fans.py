# /// zachetka
# about = "n + m in place of n."
# score = 0.955
# fails = ["init_kaiming.kaiming_uniform_distribution"]
# diagnosis = "both fan_in and fan_out are used"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
