# /// zachetka
# about = "The bias is drawn as the weight is."
# score = 0.99
# fails = [
#     "init_uniform_centered.uniform_bias",
#     "init_uniform_centered.centered_bias",
# ]
# diagnosis = "it must become zero"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.uniform_(0.0, 1.0)


def init_centered_(layer):
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.uniform_(-0.5, 0.5)
