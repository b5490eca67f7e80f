# /// zachetka
# about = "Gradients are computed, but no step is made."
# score = 0.89
# fails = [
#     "train_with_activation.relu_separates",
#     "train_with_activation.sigmoid_learns",
#     "train_with_activation.arguments",
# ]
# diagnosis = "Another value of `epochs` gives the same network: it is not used."
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
    return model
