# /// zachetka
# about = "Small matrices filled in Python loops, large ones row by row."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
def _every(layer, value):
    with torch.no_grad():
        for row in layer.weight:
            for j in range(len(row)):
                row[j] = value
        if layer.bias is not None:
            for j in range(len(layer.bias)):
                layer.bias[j] = 0


def init_zeros_(layer):
    _every(layer, 0)


def init_ones_(layer):
    _every(layer, 1)


# %% init_uniform_centered
@torch.no_grad()
def init_uniform_(layer):
    for j in range(layer.out_features):
        layer.weight[j] = torch.rand(layer.in_features)
    if layer.bias is not None:
        layer.bias[:] = 0.0


@torch.no_grad()
def init_centered_(layer):
    for i in range(layer.in_features):
        layer.weight[:, i] = torch.rand(layer.out_features) - 0.5
    if layer.bias is not None:
        layer.bias[:] = 0.0


# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    fan_out = len(weight)
    fan_in = len(weight[0])
    return [fan_in, fan_out]
