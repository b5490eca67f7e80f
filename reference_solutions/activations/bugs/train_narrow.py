# /// zachetka
# about = "16 hidden units."
# score = 0.97
# fails = ["train_with_activation.network"]
# diagnosis = "The network must have three weight matrices, 2 to 32, 32 to 32 and 32 to 1; the matrices in model.parameters() are (16, 2), (16, 16), (1, 16)."
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 16), activation_cls(), nn.Linear(16, 16), activation_cls(), nn.Linear(16, 1)
    )
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
