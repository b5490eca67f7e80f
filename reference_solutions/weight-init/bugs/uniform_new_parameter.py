# /// zachetka
# about = "A new parameter takes the place of the old one."
# score = 0.99
# fails = [
#     "init_uniform_centered.uniform_in_place",
#     "init_uniform_centered.centered_in_place",
# ]
# diagnosis = "an optimizer would go on with the old one"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
