# /// zachetka
# about = "No seed is set."
# score = 0.96
# fails = [
#     "train_with_activation.same_seed",
#     "train_with_activation.arguments",
# ]
# diagnosis = "Two calls with the same seed give two different networks: something depends on the global random state."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
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
    return model
