# /// zachetka
# about = "A layer with bias=False raises an error."
# score = 0.98
# fails = [
#     "init_kaiming.kaiming_uniform_bias",
#     "init_kaiming.kaiming_normal_bias",
# ]
# diagnosis = "stops with an error on a layer with bias=False"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        layer.bias.zero_()
