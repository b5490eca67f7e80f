# /// zachetka
# about = "Every rule is a stretched copy of another task's rule."
# score = 1.0
# fails = []
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    init_ones_(layer)
    with torch.no_grad():
        layer.weight *= torch.rand(layer.weight.shape)


def init_centered_(layer):
    init_uniform_(layer)
    with torch.no_grad():
        layer.weight -= 0.5


# %% init_general_normal
def init_general_rule_(layer):
    n, _ = fan_in_and_fan_out(layer.weight)
    init_centered_(layer)
    with torch.no_grad():
        layer.weight /= 0.5 * n**0.5


def init_normal_(layer):
    n, m = fan_in_and_fan_out(layer.weight)
    init_xavier_normal_(layer)
    with torch.no_grad():
        layer.weight *= math.sqrt((n + m) / (2 * n))


# %% init_xavier
def init_xavier_uniform_(layer):
    n, m = fan_in_and_fan_out(layer.weight)
    init_general_rule_(layer)
    with torch.no_grad():
        layer.weight *= math.sqrt(6 * n / (n + m))


def init_xavier_normal_(layer):
    n, m = fan_in_and_fan_out(layer.weight)
    init_zeros_(layer)
    with torch.no_grad():
        layer.weight += torch.randn(m, n) * math.sqrt(2 / (n + m))


# %% init_kaiming
def init_kaiming_uniform_(layer):
    init_general_rule_(layer)
    with torch.no_grad():
        layer.weight *= math.sqrt(6)


def init_kaiming_normal_(layer):
    init_normal_(layer)
    with torch.no_grad():
        layer.weight.mul_(2**0.5)
