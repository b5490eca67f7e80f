"""Answers to `mlp` that are no answers, and what must be said of them in Russian."""

IMPORTS = """
import matplotlib.pyplot as plt
import torch
from torch import nn
"""

STRANGERS = [
    IMPORTS,
    # A function for a class, and it leaves out an argument.
    "def MyLinear(in_features, out_features):\n    return nn.Identity()",
    # One argument more than the contract has.
    """
class MyMLP(nn.Module):
    def __init__(self, input_dim, output_dim, hidden_dims, activation_cls, dropout):
        super().__init__()
""",
    "class count_parameters: ...",
    """
def task_linear_mse_loss(layer, x, y):
    return ((layer(x) - y) ** 2).mean()


def task_grad_sum_of_squares(x):
    return (2 * x).to(torch.complex64)
""",
    """
class max_margin_loss:
    def __init__(self, scores, targets, parameters, alpha=1e-4): ...
""",
    "def sgd_step(parameters): ...",
    """
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    while True:
        yield x[:batch_size], y[:batch_size]
""",
    """
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, verbose, generator=None):
    return []
""",
    """
def plot_loss(history):
    fig, ax = plt.subplots()
    ax.plot(history)
    return fig


def plot_predictions(reference, predicted):
    plt.scatter(reference, predicted)
""",
]

NUMBERS = [
    IMPORTS,
    """
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features, device="meta"))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        return x.new_full((*x.shape[:-1], len(self.weight)), float("nan"))
""",
    """
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        widths = hidden_dims
        self.input_layer = nn.Linear(input_dim, widths[0])
        self.hidden_layers = nn.ModuleList(map(nn.Linear, widths, widths[1:]))
        self.output_layer = nn.Linear(widths[-1], output_dim)

    def forward(self, x):
        print(x.shape)


def count_parameters(model):
    return torch.tensor(sum(p.numel() for p in model.parameters()))
""",
    """
def task_linear_mse_loss(layer, x, y):
    return torch.full((), float("nan")), torch.full_like(layer.weight, float("nan"))


def task_grad_sum_of_squares(x):
    return (2 * x).long()
""",
    """
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    return float(len(scores))
""",
    """
def sgd_step(parameters, learning_rate):
    for p in parameters:
        p.data = p.data * float("nan")
""",
    "def minibatches(x, y, batch_size, *, replacement=False, generator=None): ...",
    """
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    for _ in range(epochs):
        loss_fn(model, x, y).backward()
    return loss_fn(model, x, y).detach()


def accuracy(model, x, targets):
    return (model(x).reshape(-1).sign() == targets).float().mean()
""",
    """
def plot_loss(history):
    return "a fine plot"


def plot_predictions(reference, predicted):
    return plt.subplots(1, 2)[1]
""",
]

# A check, and what its message says in Russian, the language of the course.
SAID_OF_STRANGERS = {
    "MyLinear.parameters": "'Identity' object has no attribute 'weight'",
    "MyLinear.no_bias": "unexpected keyword argument 'bias'",
    "MyMLP.defaults": "missing 5 required positional arguments",
    "MyMLP.activation": "missing 1 required positional argument: 'dropout'",
    "MyMLP.count_parameters": "takes no arguments",
    "gradients.mse_loss": "должна вернуть два значения",
    "gradients.grad_sum_of_squares": "получено complex64",
    "max_margin_loss.hinge": "получено max_margin_loss",
    "sgd_step.update": "takes 1 positional argument but 2 were given",
    "minibatches.pairs": "не кончаются",
    "minibatches.sizes": "не кончаются",
    "train.batches": "'verbose'",
    "train.accuracy": "не определено имя `accuracy`",
    "plots.loss_line": "должна вернуть Axes, на которых рисовала, а вернула Figure",
    "plots.diagonal": "должна вернуть Axes, на которых рисовала, а вернула None",
}
SAID_OF_NUMBERS = {
    "MyLinear.parameters": "on device 'meta'",
    "MyLinear.no_bias": "содержит NaN",
    "MyMLP.mlp_forward": "возвращает None",
    "MyMLP.count_parameters": "ожидалось int",
    "gradients.mse_loss": "содержит NaN",
    "gradients.mse_weight_grad": "содержит NaN",
    "gradients.grad_sum_of_squares": "получено int64",
    "max_margin_loss.hinge": "верните сам тензор",
    "sgd_step.update": "содержит NaN",
    "minibatches.pairs": "должна вернуть список или генератор пар, а вернула None",
    "train.batches": "batch_size не используется",
    "train.history": "ожидалось list of float, получено float32 tensor ()",
    "train.trajectory": "веса не меняются",
    "train.accuracy": "возвращает тензор, а нужно число",
    "plots.loss_labels": "вернула str",
    "plots.predictions_points": "вернула ndarray",
}

# What the constructor of a network must do, it does.
EARNED = {"MyMLP.structure", "MyMLP.large_network"}
