# /// zachetka
# about = "The numbers are drawn, and the weights of the layer stay what they were."
# score = 0.975
# fails = [
#     "init_uniform_centered.uniform_distribution",
#     "init_uniform_centered.uniform_in_place",
#     "init_uniform_centered.uniform_generator",
# ]
# diagnosis = "does not change the weights of the layer"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    torch.rand_like(layer.weight)
    layer.bias.data.zero_() if layer.bias is not None else None


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
