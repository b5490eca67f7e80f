# /// zachetka
# about = "Every gradient from torch.autograd.grad; small batches; the step shrinks; a batch of numpy's own generator."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    first, second, third = nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(32, 1)
    model = nn.Sequential(nn.Sequential(first, activation_cls()), nn.Sequential(second, activation_cls()), third)
    parameters = [p for p in model.parameters()]
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), 40):
            rows = torch.as_tensor(order[start:start + 40])
            margin = y[rows] * model(x[rows])[:, 0]
            loss = torch.clamp(1 - margin, min=0).mean() + 1e-4 * sum(p.square().sum() for p in parameters)
            with torch.no_grad():
                for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
                    p.sub_(learning_rate / 2 / (1 + epoch / epochs) * g)
    return model
