# /// zachetka
# about = "One generator outlives the calls."
# score = 0.98
# fails = ["train_with_activation.same_seed"]
# diagnosis = "Two calls with the same seed give two different networks: something depends on the global random state."
# ///
# %% train_with_activation
generator = torch.Generator().manual_seed(0)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    first = nn.Linear(2, 32)
    middle, last = nn.Linear(32, 32), nn.Linear(32, 1)
    with torch.no_grad():
        for layer in (first, middle, last):
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) / layer.in_features**0.5)
            layer.bias.zero_()
    model = nn.Sequential(first, activation_cls(), middle, activation_cls(), last)
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
