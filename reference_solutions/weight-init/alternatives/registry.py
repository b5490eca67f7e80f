# /// zachetka
# about = "All initialisers come from one table and are bound by globals(); reset_parameters does the drawing."
# score = 1.0
# fails = []
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    return nn.init._calculate_fan_in_and_fan_out(weight)


# %% init_general_normal
def _make(std=None, bound=None):
    def init_(layer):
        n, m = fan_in_and_fan_out(layer.weight)
        w = layer.weight
        with torch.no_grad():
            if std is not None:
                w.copy_(torch.normal(mean=torch.zeros_like(w), std=std(n, m)))
            else:
                w.copy_(torch.lerp(torch.full_like(w, -bound(n, m)), torch.full_like(w, bound(n, m)), torch.rand_like(w)))
            if layer.bias is not None:
                nn.init.constant_(layer.bias, 0.0)

    return init_


for _name, _rule in {
    "general_rule": dict(bound=lambda n, m: n**-0.5),
    "normal": dict(std=lambda n, m: n**-0.5),
    "xavier_uniform": dict(bound=lambda n, m: (6 / (n + m)) ** 0.5),
    "xavier_normal": dict(std=lambda n, m: (2 / (n + m)) ** 0.5),
    "kaiming_uniform": dict(bound=lambda n, m: (6 / n) ** 0.5),
    "kaiming_normal": dict(std=lambda n, m: (2 / n) ** 0.5),
}.items():
    globals()[f"init_{_name}_"] = _make(**_rule)


# %% init_xavier
# Made above, from the table.


# %% init_kaiming
# Made above, from the table.


# %% train_with_init
class Net(nn.Module):
    def __init__(self, depth, width, init_):
        super().__init__()
        self.first = nn.Linear(2, width)
        self.middle = nn.ModuleList([nn.Linear(width, width) for _ in range(depth - 2)])
        self.last = nn.Linear(width, 1)
        for layer in [self.first, *self.middle, self.last]:
            init_(layer)

    def forward(self, x):
        x = torch.relu(self.first(x))
        for layer in self.middle:
            x = torch.relu(layer(x))
        return self.last(x)[..., 0]


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    net = Net(depth, width, init_)
    data = torch.utils.data.TensorDataset(x, y)
    loader = torch.utils.data.DataLoader(data, batch_size=batch_size, shuffle=True, drop_last=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=learning_rate, weight_decay=1e-5, amsgrad=True)
    history = []
    for _ in range(epochs):
        running = 0.0
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(net(xb), yb)
            loss.backward()
            optimizer.step()
            running += float(loss.detach())
        history.append(running / len(loader))
    torch.set_rng_state(state)
    return net, history
