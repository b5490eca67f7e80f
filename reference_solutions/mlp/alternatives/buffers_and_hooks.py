# /// zachetka
# about = "A matrix with the bias as its last column, a network by recursion, a history by a hook."
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        for name, shape in (("weight", (out_features, in_features)), ("bias", (out_features,))):
            value = nn.Parameter(torch.randn(shape) * 0.1) if name == "weight" or bias else None
            self.register_parameter(name, value)

    def forward(self, x):
        if self.bias is None:
            return torch.tensordot(x, self.weight, dims=([-1], [1]))
        extended = torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)
        return extended @ torch.column_stack([self.weight, self.bias]).mT


# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        self.hidden_layers = nn.ModuleList()
        for i in range(1, len(hidden_dims)):
            self.hidden_layers.add_module(str(i - 1), nn.Linear(hidden_dims[i - 1], hidden_dims[i]))
        self.input_layer, self.output_layer = nn.Linear(input_dim, hidden_dims[0]), nn.Linear(hidden_dims[-1], output_dim)
        self.act = activation_cls
        self.input_dim = input_dim

    def _through(self, layers, h):
        return h if not layers else self._through(layers[1:], self.act()(layers[0](h)))

    def forward(self, x):
        x = x.reshape(-1, self.input_dim)
        return self.output_layer(self._through([self.input_layer, *self.hidden_layers], x))


def count_parameters(model):
    return sum(torch.numel(p) for p in filter(lambda p: p.requires_grad, model.parameters()))


# %% sgd_step
def sgd_step(parameters, learning_rate):
    for p in list(parameters):
        if p.grad is not None:
            p.data.add_(-learning_rate * p.grad.detach())


# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    N = x.shape[0]
    history = [0.0] * epochs
    for e in range(epochs):
        perm = torch.randperm(N, generator=generator)
        i = 0
        while i < N:
            idx = perm[i : i + batch_size]
            i += batch_size
            loss = loss_fn(model, x[idx], y[idx])
            loss.backward()
            history[e] += loss.item() * len(idx) / N
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p -= learning_rate * p.grad
                        p.grad.zero_()
    return history


def accuracy(model, x, targets):
    out = model(x).detach().numpy().reshape(-1)
    return float(np.mean(out * targets.numpy() > 0))
