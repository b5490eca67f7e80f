# /// zachetka
# about = "The output is (N,), not (N, 1)."
# score = 0.97
# fails = ["train_with_activation.network"]
# diagnosis = "got float32 tensor (1,)"
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1), nn.Flatten(0)
    )
    for _ in range(epochs):
        loss = F.softplus(-y * model(x)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
