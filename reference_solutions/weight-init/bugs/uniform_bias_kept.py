# /// zachetka
# about = "The bias keeps what it was."
# score = 0.99
# fails = [
#     "init_uniform_centered.uniform_bias",
#     "init_uniform_centered.centered_bias",
# ]
# diagnosis = "the bias is not changed"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
