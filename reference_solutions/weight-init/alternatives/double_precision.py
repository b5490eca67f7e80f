# /// zachetka
# about = "Draws in float64 and rounds when it copies."
# score = 1.0
# fails = []
# ///
# %% init_general_normal
def init_general_rule_(layer):
    y = layer.in_features**-0.5
    with torch.no_grad():
        layer.weight.copy_((1 - 2 * torch.rand(layer.weight.shape, dtype=torch.float64)) * y)
        if layer.bias is not None:
            layer.bias.copy_(torch.zeros_like(layer.bias))


def init_normal_(layer):
    n = layer.in_features
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape, dtype=torch.float64) / math.sqrt(n))
        if layer.bias is not None:
            layer.bias.copy_(torch.zeros_like(layer.bias))


# %% init_xavier
def _xavier(layer, draw):
    n, m = fan_in_and_fan_out(layer.weight)
    with torch.no_grad():
        layer.weight[...] = draw(layer.weight.shape) * (2 / (n + m)) ** 0.5
        if layer.bias is not None:
            layer.bias[...] = 0


def init_xavier_uniform_(layer):
    _xavier(layer, lambda s: (torch.rand(s, dtype=torch.float64) - 0.5) * 12**0.5)


def init_xavier_normal_(layer):
    _xavier(layer, lambda s: torch.randn(s, dtype=torch.float64))
