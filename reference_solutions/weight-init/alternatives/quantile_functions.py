# /// zachetka
# about = "Normal values by erfinv of uniform ones, and uniform ones by erf of normal ones."
# score = 1.0
# fails = []
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.normal_().div_(2**0.5).erf_().add_(1).div_(2)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    init_uniform_(layer)
    with torch.no_grad():
        layer.weight -= 0.5


# %% init_general_normal
def init_general_rule_(layer):
    init_centered_(layer)
    with torch.no_grad():
        layer.weight *= 2 / math.sqrt(layer.in_features)


def init_normal_(layer):
    with torch.no_grad():
        u = 2 * torch.rand(layer.weight.shape, dtype=torch.float64) - 1
        layer.weight.copy_(u.erfinv() * math.sqrt(2 / layer.in_features))
        if layer.bias is not None:
            layer.bias.zero_()


# %% init_kaiming
def init_kaiming_uniform_(layer):
    layer.reset_parameters()
    with torch.no_grad():
        layer.weight.mul_(6**0.5)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    """Box and Muller."""
    with torch.no_grad():
        radius = torch.rand(layer.weight.shape, dtype=torch.float64).neg().log1p().mul(-2).sqrt()
        angle = torch.rand(layer.weight.shape, dtype=torch.float64) * (2 * math.pi)
        layer.weight.copy_(radius * angle.cos() * (2 / layer.in_features) ** 0.5)
        if layer.bias is not None:
            layer.bias.zero_()
