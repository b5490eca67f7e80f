# /// zachetka
# about = "One random row serves all neurons."
# score = 0.985
# fails = ["init_uniform_centered.uniform_distribution"]
# diagnosis = "many weights are exactly equal, up to the sign: each must be drawn anew, and none rounded"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.copy_(torch.rand(layer.weight.shape[1]).expand_as(layer.weight))
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
