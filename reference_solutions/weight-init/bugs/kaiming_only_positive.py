# /// zachetka
# about = "Absolute values, since ReLU throws the negative away."
# score = 0.955
# fails = ["init_kaiming.kaiming_normal_distribution"]
# diagnosis = "all weights are positive"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape).abs() * math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
