# /// zachetka
# about = "mode='fan_out'."
# score = 0.955
# fails = ["init_kaiming.kaiming_uniform_distribution"]
# diagnosis = "fan_out is used where fan_in belongs"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        nn.init.kaiming_uniform_(layer.weight, mode="fan_out", nonlinearity="relu")
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
