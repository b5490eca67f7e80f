# /// zachetka
# about = "The layer's own initialisation is called once more."
# score = 0.985
# fails = ["init_uniform_centered.uniform_distribution"]
# diagnosis = "these are the weights that nn.Linear starts with"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.reset_parameters()
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
