# /// zachetka
# about = "NaN everywhere."
# score = 0.91
# fails = [
#     "train_with_activation.relu_separates",
#     "train_with_activation.sigmoid_learns",
# ]
# diagnosis = "The trained network gives NaN or infinity: the training has diverged."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    for p in model.parameters():
        p.data.fill_(math.nan)
    return model
