# /// zachetka
# about = "kaiming_uniform_(a=sqrt(5)), copied from the source of nn.Linear."
# score = 0.955
# fails = ["init_kaiming.kaiming_uniform_distribution"]
# diagnosis = "these are the weights that nn.Linear starts with"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5))
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
