# /// zachetka
# about = "Each value is a row's plus a column's number modulo 1."
# score = 0.985
# fails = ["init_uniform_centered.centered_distribution"]
# diagnosis = "each single weight looks right, but they depend on each other: rows or columns are alike, or sorted"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        m, n = layer.weight.shape
        layer.weight.copy_((torch.rand(m, 1) + torch.rand(1, n)) % 1 - 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
