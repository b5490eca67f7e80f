# /// zachetka
# about = "The max-margin loss with L2, by hand; an own loop over parameters."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential()
    for i, (a, b) in enumerate([(2, 32), (32, 32)]):
        model.add_module(f"linear{i}", nn.Linear(a, b))
        model.add_module(f"activation{i}", activation_cls())
    model.add_module("out", nn.Linear(32, 1))
    for _ in range(epochs):
        scores = model(x)[:, 0]
        loss = (1 - y * scores).clamp(min=0).mean() + 1e-4 * sum((p**2).sum() for p in model.parameters())
        grads = torch.autograd.grad(loss, list(model.parameters()))
        for p, g in zip(model.parameters(), grads):
            p.data -= learning_rate * g
    return model
