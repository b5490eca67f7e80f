# /// zachetka
# about = "All weights start at 0: the units never part."
# score = 0.89
# fails = [
#     "train_with_activation.relu_separates",
#     "train_with_activation.sigmoid_learns",
#     "train_with_activation.arguments",
# ]
# diagnosis = "The network gives all points nearly the same score: it has not learned anything."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    for p in model.parameters():
        nn.init.zeros_(p)
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
