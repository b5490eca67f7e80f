# /// zachetka
# about = "The values go through float16."
# score = 0.955
# fails = ["init_kaiming.kaiming_normal_distribution"]
# diagnosis = "many weights are exactly equal, up to the sign: each must be drawn anew, and none rounded"
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
        std = math.sqrt(2 / layer.weight.shape[1])
        layer.weight.copy_((torch.randn(layer.weight.shape) * std).half())
        if layer.bias is not None:
            layer.bias.zero_()
