# /// zachetka
# about = "BatchSampler over a RandomSampler with replacement; weights by torch.func and vector_to_parameters."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
from torch.nn.utils import vector_to_parameters


def _constant(layer, value):
    parts = [torch.full((layer.weight.numel(),), float(value))]
    if layer.bias is not None:
        parts.append(torch.zeros(layer.bias.numel()))
    vector_to_parameters(torch.cat(parts), layer.parameters())


init_zeros_ = lambda layer: _constant(layer, 0)
init_ones_ = lambda layer: _constant(layer, 1)


# %% init_xavier
def init_xavier_uniform_(layer):
    m, n = layer.weight.shape
    a = (6 / (n + m)) ** 0.5
    state = {"weight": a - 2 * a * torch.rand(m, n)}
    if layer.bias is not None:
        state["bias"] = torch.zeros(m)
    layer.load_state_dict(state)


def init_xavier_normal_(layer):
    m, n = layer.weight.shape
    state = {"weight": torch.randn(n, m).T / ((n + m) / 2) ** 0.5}
    if layer.bias is not None:
        state["bias"] = torch.zeros(m)
    layer.load_state_dict(state, strict=True)


# %% init_kaiming
def init_kaiming_uniform_(layer):
    layer.requires_grad_(False)
    layer.weight.uniform_(-1, 1)
    layer.weight *= math.sqrt(6 / layer.weight.size(-1))
    if layer.bias is not None:
        layer.bias *= 0
    layer.requires_grad_(True)


def init_kaiming_normal_(layer):
    with torch.inference_mode():
        layer.weight.normal_(std=math.sqrt(2 / layer.weight.size(-1)))
        if layer.bias is not None:
            layer.bias.fill_(0)


# %% train_with_init
from torch.utils.data import BatchSampler, RandomSampler


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    hidden = [part for _ in range(depth - 2) for part in (nn.Linear(width, width), nn.ReLU())]
    body = nn.Sequential(nn.Linear(2, width), nn.ReLU(), *hidden)
    model = apply_init(nn.Sequential(body, nn.Linear(width, 1)), init_)
    sampler = RandomSampler(x, replacement=True, num_samples=len(x))
    optimizer = torch.optim.Adam(
        [{"params": p, "lr": learning_rate} for p in model.parameters()], foreach=False
    )
    history = torch.empty(0)
    for _ in range(epochs):
        losses = torch.stack([_step(model, optimizer, x[i], y[i]) for i in BatchSampler(sampler, batch_size, False)])
        history = torch.cat([history, losses.mean()[None]])
    return model, history.tolist()


def _step(model, optimizer, x, y):
    p = model(x).flatten()
    loss = -(y * F.logsigmoid(p) + (1 - y) * F.logsigmoid(-p)).mean()
    for parameter in model.parameters():
        parameter.grad = None
    loss.backward()
    optimizer.step()
    return loss.detach()
