# /// zachetka
# about = "A generator of the notebook's own, seeded once."
# score = 0.98
# fails = [
#     "init_kaiming.kaiming_uniform_generator",
#     "init_kaiming.kaiming_normal_generator",
# ]
# diagnosis = "the same torch.manual_seed gives other weights: they do not come from torch's global generator"
# ///
# %% init_kaiming
_generator = torch.Generator().manual_seed(7)


def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a, generator=_generator)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]), generator=_generator)
        if layer.bias is not None:
            layer.bias.zero_()
