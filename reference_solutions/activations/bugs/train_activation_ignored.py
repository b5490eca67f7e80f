# /// zachetka
# about = "ReLU, whatever activation_cls is."
# score = 0.94
# fails = [
#     "train_with_activation.activation",
#     "train_with_activation.identity_is_a_line",
# ]
# diagnosis = "The network does not depend on activation_cls, or not on it alone: with an activation that always gives 0, its output still follows x."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1)
    )
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
