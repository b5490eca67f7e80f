# /// zachetka
# about = "torch.manual_seed(42) inside, to be reproducible."
# score = 0.99
# fails = [
#     "init_uniform_centered.uniform_generator",
#     "init_uniform_centered.centered_generator",
# ]
# diagnosis = "calls in a row give the same weights, as if a seed were fixed inside"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    torch.manual_seed(42)
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    torch.manual_seed(42)
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
