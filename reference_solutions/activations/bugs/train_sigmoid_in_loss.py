# /// zachetka
# about = "A sigmoid before the cross-entropy on logits; what is said of it is a matter of luck."
# score = 0.91
# fails = [
#     "train_with_activation.relu_separates",
#     "train_with_activation.sigmoid_learns",
# ]
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    for _ in range(epochs):
        loss = F.binary_cross_entropy_with_logits(torch.sigmoid(model(x).squeeze(1)), (y + 1) / 2)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
