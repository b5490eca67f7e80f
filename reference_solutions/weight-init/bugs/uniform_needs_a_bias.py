# /// zachetka
# about = "A layer with bias=False raises an error."
# score = 0.99
# fails = [
#     "init_uniform_centered.uniform_bias",
#     "init_uniform_centered.centered_bias",
# ]
# diagnosis = "stops with an error on a layer with bias=False"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        layer.bias.zero_()
