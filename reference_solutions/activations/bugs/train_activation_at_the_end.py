# /// zachetka
# about = "The activation stands after the last layer, too."
# score = 0.96
# fails = ["train_with_activation.activation"]
# may_fail = ["train_with_activation.relu_separates"]
# diagnosis = "The activation is applied after the last layer, too; nothing follows that one."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1), activation_cls()
    )
    for _ in range(epochs):
        loss = (1 - y * model(x).squeeze(1)).clamp(min=0).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
