# /// zachetka
# about = "Works on .data and gives it new tensors: the parameters stay the same objects."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
def _constant(layer, value):
    layer.weight.data = torch.full(layer.weight.shape, value)
    if layer.bias is not None:
        layer.bias.data = torch.zeros(layer.bias.shape)


def init_zeros_(layer):
    _constant(layer, 0.0)


def init_ones_(layer):
    _constant(layer, 1.0)


# %% init_uniform_centered
def init_uniform_(layer):
    layer.weight.data = torch.rand(layer.weight.size())
    if layer.bias is not None:
        layer.bias.data.fill_(0)


def init_centered_(layer):
    layer.weight.data = torch.rand_like(layer.weight.data) - 0.5
    if layer.bias is not None:
        layer.bias.data.fill_(0)


# %% init_kaiming
def init_kaiming_uniform_(layer):
    bound = (6.0 / layer.in_features) ** 0.5
    layer.weight.data = torch.rand(layer.out_features, layer.in_features) * 2 * bound - bound
    if layer.bias is not None:
        layer.bias.data *= 0


def init_kaiming_normal_(layer):
    layer.weight.data = torch.randn(layer.out_features, layer.in_features) * (2.0 / layer.in_features) ** 0.5
    if layer.bias is not None:
        layer.bias.data *= 0
