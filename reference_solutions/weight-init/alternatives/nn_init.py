# /// zachetka
# about = "Everything by torch.nn.init, whose functions need no torch.no_grad()."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    for p in layer.parameters():
        nn.init.zeros_(p)
    return layer


def init_ones_(layer):
    nn.init.ones_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


# %% init_uniform_centered
def init_uniform_(layer):
    nn.init.uniform_(layer.weight)
    if layer.bias is not None:
        nn.init.constant_(layer.bias, 0)


def init_centered_(layer):
    nn.init.uniform_(layer.weight, a=-0.5, b=0.5)
    if layer.bias is not None:
        nn.init.constant_(layer.bias, 0)


# %% init_general_normal
def init_general_rule_(layer):
    nn.init.kaiming_uniform_(layer.weight, a=5**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_normal_(layer):
    nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


# %% init_xavier
def init_xavier_uniform_(layer):
    nn.init.xavier_uniform_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_xavier_normal_(layer):
    nn.init.xavier_normal_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


# %% init_kaiming
def init_kaiming_uniform_(layer):
    nn.init.kaiming_uniform_(layer.weight, mode="fan_in", nonlinearity="relu")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_kaiming_normal_(layer):
    nn.init.kaiming_normal_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
