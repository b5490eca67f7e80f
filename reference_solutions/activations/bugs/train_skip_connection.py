# /// zachetka
# about = "x also goes straight to the last layer."
# score = 0.93
# fails = [
#     "train_with_activation.network",
#     "train_with_activation.activation",
# ]
# diagnosis = "The network must have three weight matrices, 2 to 32, 32 to 32 and 32 to 1; the matrices in model.parameters() are (32, 2), (32, 32), (1, 34)."
# ///
# %% train_with_activation
class Net(nn.Module):
    def __init__(self, activation_cls):
        super().__init__()
        self.first, self.middle, self.last = nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(34, 1)
        self.activation = activation_cls()

    def forward(self, x):
        h = self.activation(self.middle(self.activation(self.first(x))))
        return self.last(torch.cat([h, x], 1))


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = Net(activation_cls)
    for _ in range(epochs):
        loss = F.softplus(-y * model(x).squeeze(1)).mean()
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= learning_rate * p.grad
    return model
