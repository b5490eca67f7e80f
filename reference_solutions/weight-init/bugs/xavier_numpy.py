# /// zachetka
# about = "Weights come from numpy's generator."
# score = 0.98
# fails = [
#     "init_xavier.xavier_uniform_generator",
#     "init_xavier.xavier_normal_generator",
# ]
# diagnosis = "the same torch.manual_seed gives other weights: they do not come from torch's global generator"
# ///
# %% init_xavier
import numpy as np


def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.copy_(torch.from_numpy(np.random.uniform(-a, a, layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        std = math.sqrt(2 / sum(layer.weight.shape))
        layer.weight.copy_(torch.from_numpy(np.random.normal(0, std, layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
