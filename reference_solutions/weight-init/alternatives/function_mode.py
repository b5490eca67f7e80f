# /// zachetka
# about = "Statistics by a TorchFunctionMode; gradients by hooks on the weights; state_dict and detach()."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    for tensor in layer.state_dict().values():
        tensor.zero_()


def init_ones_(layer):
    init_zeros_(layer)
    layer.state_dict()["weight"].add_(1)


# %% init_uniform_centered
def init_uniform_(layer):
    layer.weight.detach().uniform_()
    if layer.bias is not None:
        layer.bias.detach().zero_()


def init_centered_(layer):
    layer.weight.detach().uniform_().sub_(0.5)
    if layer.bias is not None:
        layer.bias.detach().zero_()


# %% forward_statistics
from torch.overrides import TorchFunctionMode


class _Watch(TorchFunctionMode):
    def __init__(self):
        super().__init__()
        self.pairs = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        output = func(*args, **(kwargs or {}))
        if func is F.linear:
            values = output.detach()
            self.pairs.append((values.mean().item(), values.var(correction=0).item() ** 0.5))
        return output


def forward_statistics(model, x):
    with torch.no_grad(), _Watch() as watch:
        model(x)
    return watch.pairs


# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    before = {p: p.grad for p in model.parameters()}
    caught = {}
    handles = [m.weight.register_hook(lambda g, m=m: caught.__setitem__(m, g.norm(p=2).item())) for m in layers]
    for p in before:
        p.grad = None
    try:
        loss_fn(model(x), y).backward()
    finally:
        for handle in handles:
            handle.remove()
        for p, grad in before.items():
            p.grad = grad
    return [caught[m] for m in layers]
