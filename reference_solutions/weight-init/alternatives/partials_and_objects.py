# /// zachetka
# about = "Initialisers made by partial, by closures and as instances with __call__."
# score = 1.0
# fails = []
# ///
# %% fan_in_and_fan_out
import operator

fan_in_and_fan_out = lambda weight: tuple(reversed(list(weight.size())))


# %% init_xavier
import functools


def _fill(layer, kind):
    with torch.no_grad():
        std = (2 / sum(layer.weight.shape)) ** 0.5
        if kind == "uniform":
            layer.weight.uniform_(-std * 3**0.5, std * 3**0.5)
        else:
            torch.nn.init.normal_(layer.weight, std=std)
        getattr(layer, "bias") is None or layer.bias.zero_()


init_xavier_uniform_ = functools.partial(_fill, kind="uniform")
init_xavier_normal_ = functools.partial(_fill, kind="normal")


# %% init_kaiming
class Kaiming:
    def __init__(self, draw):
        self.draw = draw

    def __call__(self, layer):
        layer.weight.data.copy_(self.draw(layer.weight.shape, 1 / math.sqrt(layer.weight.size(1))))
        if layer.bias is not None:
            layer.bias.data.zero_()
        return layer


init_kaiming_uniform_ = Kaiming(lambda shape, scale: torch.empty(shape).uniform_(-1, 1) * scale * 6**0.5)
init_kaiming_normal_ = Kaiming(lambda shape, scale: torch.normal(0.0, 1.0, shape) * scale * 2**0.5)
