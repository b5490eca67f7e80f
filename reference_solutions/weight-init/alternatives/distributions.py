# /// zachetka
# about = "torch.distributions, one weight matrix or one row at a time."
# score = 1.0
# fails = []
# ///
# %% init_general_normal
from torch.distributions import Normal, Uniform


def _set(layer, rows):
    with torch.no_grad():
        for row, values in zip(layer.weight, rows):
            row.copy_(values)
        if layer.bias is not None:
            layer.bias.zero_()


def init_general_rule_(layer):
    m, n = layer.weight.shape
    y = n**-0.5
    _set(layer, (Uniform(-y, y).sample((n,)) for _ in range(m)))


def init_normal_(layer):
    m, n = layer.weight.shape
    _set(layer, (Normal(0.0, n**-0.5).sample((n,)) for _ in range(m)))


# %% init_xavier
import torch.distributions as D


def init_xavier_uniform_(layer):
    a = (6 / (layer.in_features + layer.out_features)) ** 0.5
    layer.weight.data.copy_(D.Uniform(-a, a).sample(layer.weight.shape))
    None if layer.bias is None else layer.bias.data.zero_()


def init_xavier_normal_(layer):
    std = (2 / (layer.in_features + layer.out_features)) ** 0.5
    layer.weight.data.copy_(D.Normal(0, std).sample(layer.weight.shape))
    None if layer.bias is None else layer.bias.data.zero_()
