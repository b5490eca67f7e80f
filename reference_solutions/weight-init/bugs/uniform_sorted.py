# /// zachetka
# about = "The values are sorted: the histogram is right, the matrix is not."
# score = 0.985
# fails = ["init_uniform_centered.uniform_distribution"]
# diagnosis = "each single weight looks right, but they depend on each other: rows or columns are alike, or sorted"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        values = torch.rand(layer.weight.numel()).sort().values
        layer.weight.copy_(values.view_as(layer.weight))
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.uniform_(-0.5, 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
