"""Answers to `weight-init` that are no answers, and what must be said of them in Russian."""

IMPORTS = """
import torch
from torch import nn
"""

STRANGERS = [
    IMPORTS,
    """
class fan_in_and_fan_out:
    def __init__(self, weight):
        self.fans = weight.shape


def init_ones_(layer, bias):
    layer.weight.data.fill_(1)


class init_uniform_(nn.Module): ...


def init_centered_():
    return torch.rand(3, 2) - 0.5


def init_general_rule_(layer):
    layer.weight = torch.rand(layer.weight.shape)


def init_normal_(layer):
    return nn.Linear(layer.in_features, layer.out_features)


def init_xavier_uniform_(layer):
    layer.weight.data.uniform_(-1, 1)
    raise SystemExit


def init_xavier_normal_(weight):
    weight.data.normal_()


def init_kaiming_uniform_(layer):
    layer.weight = nn.Parameter(torch.rand(layer.weight.shape, device="meta"))


def init_kaiming_normal_(layer):
    layer.weight = nn.Parameter(torch.randn(layer.weight.T.shape))
""",
    """
def apply_init(model, init_):
    yield from (init_(m) for m in model.modules() if isinstance(m, nn.Linear))


def forward_statistics(model, x):
    while True:
        yield 0.0, 1.0


class gradient_statistics:
    def __init__(self, model, x, y, loss_fn): ...


def train_with_init(init_, x, y, optimizer, *, seed=0):
    return nn.Linear(2, 1), []
""",
]

NUMBERS = [
    IMPORTS,
    """
def fan_in_and_fan_out(weight):
    return weight.shape


def init_zeros_(layer):
    layer.weight.data.fill_(float("nan"))


def init_ones_(layer):
    layer.weight.data = torch.ones(layer.weight.shape, dtype=torch.long)


def init_uniform_(layer):
    layer.weight.data = torch.rand(layer.weight.shape, dtype=torch.complex64)


def init_centered_(layer):
    layer.weight.data = torch.rand(layer.weight.shape, dtype=torch.float64) - 0.5


def init_general_rule_(layer):
    layer.weight.data = torch.rand(layer.weight.T.shape)


def init_normal_(layer):
    layer.weight = None


def init_xavier_uniform_(layer):
    layer.weight.data.uniform_(float("-inf"), float("inf"))


def init_xavier_normal_(layer):
    del layer.weight


def init_kaiming_uniform_(layer):
    layer.weight.requires_grad_(False).fill_(float("inf"))


def init_kaiming_normal_(layer):
    layer.weight.data = layer.weight.data.to_sparse()
""",
    """
def apply_init(model, init_):
    for module in model.modules():
        init_(module)


def forward_statistics(model, x):
    return torch.zeros(3, 2)


def gradient_statistics(model, x, y, loss_fn):
    return float("nan")


def train_with_init(init_, x, y, **settings):
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    for parameter in model.parameters():
        parameter.data.fill_(float("nan"))
    return model, [float("nan")] * 3
""",
]

SAID_OF_STRANGERS = {
    "fan_in_and_fan_out.fans": "ожидалось (number, number), получено fan_in_and_fan_out",
    "init_zeros_ones.zeros_weight": "не определено имя `init_zeros_`",
    "init_zeros_ones.ones_weight": "missing 1 required positional argument: 'bias'",
    "init_uniform_centered.centered_distribution": "takes 0 positional arguments but 1 was given",
    "init_general_normal.general_rule_distribution": "cannot assign 'torch.FloatTensor'",
    "init_general_normal.normal_in_place": "не меняет веса того слоя, который получила",
    "init_xavier.xavier_uniform_distribution": "SystemExit",
    "init_kaiming.kaiming_uniform_distribution": "on device 'meta'",
    "init_kaiming.kaiming_normal_in_place": "ставит новый объект на место",
    "apply_init.returns_model": "должна вернуть ту же модель, а вернула generator",
    "forward_statistics.values": "ожидалось list of (float, float), получено generator",
    "gradient_statistics.norms": "ожидалось list of float",
    "train_with_init.architecture": "unexpected keyword argument",
}
SAID_OF_NUMBERS = {
    "fan_in_and_fan_out.fans": "переставлены",
    "init_zeros_ones.zeros_weight": "содержит NaN",
    "init_uniform_centered.uniform_distribution": "получено complex64 tensor",
    "init_uniform_centered.centered_distribution": "получено float64 tensor",
    "init_general_normal.normal_distribution": "получено None",
    "init_xavier.xavier_normal_distribution": "has no attribute 'weight'",
    "init_kaiming.kaiming_uniform_in_place": "больше нельзя обучать",
    "apply_init.every_linear": "has no attribute 'weight'",
    "forward_statistics.values": "получено float32 tensor (3, 2)",
    "gradient_statistics.norms": "ожидалось list of float, получено float",
    "train_with_init.architecture": "Слои должны вести от 2 входов",
    "train_with_init.relu_network": "даёт NaN или бесконечность",
    "train_with_init.adam": "init_ ни разу не вызвана",
    "train_with_init.history": "даёт NaN или бесконечность",
    "train_with_init.history_of_epoch": "даёт NaN или бесконечность",
    "train_with_init.seed": "даёт NaN или бесконечность",
}

# What is asked of the place of the weights, or of a signature, says nothing of values.
EARNED = {
    "fan_in_and_fan_out.fans_are_integers",
    "init_zeros_ones.zeros_in_place",
    "init_uniform_centered.uniform_in_place",
    "init_uniform_centered.centered_in_place",
    "init_general_normal.general_rule_in_place",
    "train_with_init.defaults",
}
