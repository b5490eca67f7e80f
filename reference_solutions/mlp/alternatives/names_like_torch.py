# /// zachetka
# about = "Classes and functions of the student's own that are called as torch's are; star imports."
# ///
# %% imports
import time
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import *
from torch.nn.functional import *
# %% MyLinear
class Linear(nn.Module):
    """own base: not nn.Linear"""
    def __init__(self, a, b):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(b, a) * 0.2 - 0.1)

def linear(x, weight):
    return torch.einsum("oi,...i->...o", weight, x)

class MyLinear(Linear):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features)
        self.bias = nn.Parameter(torch.rand(out_features)) if bias else None
        # like nn.Linear(in_features, out_features); F.linear(x, w)
        self.note = "nn.Linear"

    def forward(self, x: "nn.Linear"):
        out = linear(x, self.weight)
        return out + self.bias if self.bias is not None else out
# %% plots
def plot_loss(history):
    fig, (ax, other) = plt.subplots(1, 2, figsize=(9, 3))
    ax.plot([i for i, _ in enumerate(history)], history, color="#ff000080")
    other.plot(np.diff(history))
    ax.set_xlabel("epoch"); ax.set_ylabel("loss")
    return ax

def plot_predictions(reference, predicted):
    r = np.asarray([float(v) for v in np.ravel(reference)]); p = np.asarray([float(v) for v in np.ravel(predicted)])
    fig, ax = plt.subplots()
    ax.errorbar(r, p, fmt="o", ms=3, ecolor="none")
    ax.plot(sorted(r), sorted(r), "-", color=(0, 0, 0, 0.4), linewidth=0.5)
    ax.set_xlabel("r"); ax.set_ylabel("p")
    ax.twinx()
    return ax
# %% sgd_step
def sgd_step(parameters, learning_rate):
    parameters = [p for p in parameters if p.grad is not None]
    with torch.no_grad():
        grads = [p.grad.clone() for p in parameters]
        for p, g in zip(parameters, grads):
            p.set_(p - learning_rate * g) if False else p.subtract_(g, alpha=learning_rate)
