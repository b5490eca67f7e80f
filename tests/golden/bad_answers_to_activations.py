"""Answers to `activations` that are no answers, and what must be said of them in Russian."""

IMPORTS = """
import numpy as np
import torch
from torch import nn
"""

STRANGERS = [
    IMPORTS,
    "def MyReLU(x):\n    return x.clamp(min=0)",
    """
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope, inplace):
        super().__init__()


class MySigmoid(nn.Module):
    def forward(self, x):
        torch.sigmoid(x)


class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
""",
    """
class MySiLU(nn.Module):
    def forward(self, x):
        while True:
            yield x


class MyGELU(nn.Module):
    def forward(self, x):
        return x, x


class MyMish:
    def forward(self, x):
        return x
""",
    """
class softmax(nn.Module):
    def forward(self, logits):
        return logits


class SigmoidFunction(nn.Module):
    def forward(self, x):
        return x


class SiLUFunction(torch.autograd.Function):
    def forward(ctx, x):
        return x
""",
    "def train_with_activation(activation_cls, x, y, optimizer):\n    return nn.Linear(2, 1)",
]

NUMBERS = [
    IMPORTS,
    """
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.empty_like(x, device="meta")


class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()

    def forward(self, x):
        return x.to(torch.complex64)


class MySigmoid(nn.Module):
    def forward(self, x):
        return x * float("nan")


class MyTanh(nn.Module):
    def forward(self, x):
        return x.long()


class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()

    def forward(self, x):
        return x.detach().numpy()


class MySiLU(nn.Module):
    def forward(self, x):
        return x.tolist()


class MyGELU(nn.Module):
    def forward(self, x):
        return float(x.sum())


class MyMish(nn.Module):
    def forward(self, x):
        return x.to_sparse()
""",
    """
def softmax(logits, dim=-1):
    return logits.sum(dim)


class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 1 / (1 + (-x).exp())

    @staticmethod
    def backward(ctx, grad_output):
        pass


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output, grad_output
""",
    """
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    print("accuracy: 100 %")
""",
]

SAID_OF_STRANGERS = {
    "MyReLU.values": "`MyReLU` — функция, а нужен класс",
    "MyLeakyReLU.values": "`__init__` принимает другие аргументы",
    "MySigmoid.values": "использует готовую активацию `torch.sigmoid`",
    "MyTanh.values": "не определено имя `MyTanh`",
    "MyELU.values": 'missing the required "forward" function',
    "MySiLU.values": "получено generator",
    "MyGELU.values": "получено tuple of length 2",
    "MyMish.values": "унаследуйте класс от nn.Module",
    "softmax.rows": "`softmax` — класс, а нужна функция",
    "autograd_functions.sigmoid_forward": "должен быть наследником torch.autograd.Function",
    "autograd_functions.silu_backward": "You must implement either the backward",
    "train_with_activation.network": "unexpected keyword argument",
    "train_with_activation.relu_separates": "missing 1 required positional argument: 'optimizer'",
}
SAID_OF_NUMBERS = {
    "MyReLU.values": "on device 'meta'",
    "MyLeakyReLU.values": "получено complex64 tensor",
    "MySigmoid.values": "содержит NaN",
    "MyTanh.values": "получено int64 tensor",
    "MyELU.values": "получено numpy float32 array",
    "MySiLU.values": "получено list of length 9",
    "MyGELU.values": "получено float",
    "MyMish.values": "layout sparse_coo",
    "softmax.rows": "получено float32 tensor (5,)",
    "autograd_functions.sigmoid_backward": "градиент равен 0",
    "autograd_functions.silu_backward": "incorrect number of gradients (expected 1, got 3)",
    "train_with_activation.network": "должна вернуть сеть, nn.Module",
}

# The values of a Function whose backward is missing are right.
EARNED = {"autograd_functions.sigmoid_forward"}
