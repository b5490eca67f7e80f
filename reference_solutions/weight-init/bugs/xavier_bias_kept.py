# /// zachetka
# about = "The bias keeps what it was."
# score = 0.98
# fails = [
#     "init_xavier.xavier_uniform_bias",
#     "init_xavier.xavier_normal_bias",
# ]
# diagnosis = "the bias is not changed"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)


def init_xavier_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
