# /// zachetka
# about = "reduce, map and functional calls; a log axis, a filled line and a diagonal by segments."
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(nn.init.orthogonal_(torch.empty(out_features, in_features)))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None

    def forward(self, x):
        product = (x.unsqueeze(-2) * self.weight).sum(dim=-1)
        return sum(filter(lambda t: t is not None, [self.bias]), product)


# %% MyMLP
from functools import reduce
from itertools import pairwise


class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        first, *middle, last = [nn.Linear(a, b) for a, b in pairwise([input_dim, *hidden_dims, output_dim])]
        self.input_layer = first
        self.hidden_layers = nn.ModuleList(middle)
        self.output_layer = last
        self.activation_cls = activation_cls

    def forward(self, x):
        activation = self.activation_cls()
        blocks = [self.input_layer] + list(self.hidden_layers)
        h = reduce(lambda h, layer: activation(layer(h)), blocks, torch.flatten(x, 1))
        return self.output_layer(h)


def count_parameters(model: nn.Module) -> int:
    return reduce(lambda total, p: total + p.nelement(), (p for p in model.parameters() if p.requires_grad), 0)


# %% gradients
def task_linear_mse_loss(layer, x, y):
    saved, layer.weight.grad = layer.weight.grad, None
    loss = torch.nn.functional.mse_loss(layer(x), y)
    loss.backward()
    grad, layer.weight.grad = layer.weight.grad, saved
    return loss, grad.clone()


def task_grad_sum_of_squares(x):
    z = torch.autograd.Variable(x.data.clone(), requires_grad=True)
    (z * z).sum().backward()
    return z.grad.data


# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    def step(batch):
        xb, yb = batch
        loss = loss_fn(model, xb, yb)
        params = [p for p in model.parameters() if p.requires_grad]
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        for p, g in zip(params, grads):
            p.grad = g
        sgd_step(params, learning_rate)
        return float(loss) * len(xb)

    def epoch(_):
        return sum(map(step, minibatches(x, y, batch_size, replacement=False, generator=generator))) / len(x)

    return list(map(epoch, range(epochs)))


def accuracy(model, x, targets):
    with torch.no_grad():
        agree = torch.sign(model(x).ravel()).int() == targets.int()
    return sum(agree.tolist()) / len(agree)


# %% plots
from matplotlib.collections import LineCollection


def plot_loss(history):
    ax = plt.figure().subplots()
    epochs = range(1, 1 + len(history))
    ax.fill_between(epochs, history, alpha=0.2)
    (line,) = ax.plot(epochs, history, lw=0.5, marker="+")
    ax.set_yscale("log")
    ax.xaxis.set_label_text("epoch")
    ax.yaxis.set_label_text("loss")
    return ax


def plot_predictions(reference, predicted):
    a, b = (torch.as_tensor(v, dtype=torch.float32).reshape(-1).tolist() for v in (reference, predicted))
    _, ax = plt.subplots()
    ax.plot(a, b, ".", color="purple", ms=2)
    low, high = min(a + b), max(a + b)
    ax.add_collection(LineCollection([[(low, low), (high, high)]], colors="k", linewidths=1))
    ax.set(xlabel="reference", ylabel="prediction", aspect="equal")
    return ax
