# /// zachetka
# about = "numpy draws, from a seed that torch's global generator gives: legal, and reproducible."
# score = 1.0
# fails = []
# ///
# %% init_kaiming
import numpy as np


def _rng():
    return np.random.default_rng(torch.randint(2**62, (4,)).tolist())


@torch.no_grad()
def init_kaiming_uniform_(layer):
    n = layer.weight.shape[1]
    a = np.sqrt(6 / n)
    layer.weight.copy_(torch.from_numpy(_rng().uniform(-a, a, tuple(layer.weight.shape))))
    if layer.bias is not None:
        layer.bias.zero_()


@torch.no_grad()
def init_kaiming_normal_(layer):
    n = layer.weight.shape[1]
    layer.weight.copy_(torch.from_numpy(_rng().normal(0, np.sqrt(2 / n), tuple(layer.weight.shape))))
    if layer.bias is not None:
        layer.bias.zero_()
