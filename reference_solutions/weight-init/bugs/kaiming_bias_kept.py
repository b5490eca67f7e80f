# /// zachetka
# about = "The bias keeps what it was."
# score = 0.98
# fails = [
#     "init_kaiming.kaiming_uniform_bias",
#     "init_kaiming.kaiming_normal_bias",
# ]
# diagnosis = "the bias is not changed"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
