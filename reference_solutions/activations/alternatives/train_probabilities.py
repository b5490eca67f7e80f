# /// zachetka
# about = "The network gives probabilities, after a sigmoid of its own; momentum."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class Probabilities(nn.Module):
    def __init__(self, activation_cls):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
        )

    def forward(self, x):
        return torch.sigmoid(self.body(x))


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    np.random.seed(seed)
    model = Probabilities(activation_cls)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    wanted = (1 + y.unsqueeze(1)) / 2
    for epoch in range(epochs):
        optimizer.zero_grad()
        F.binary_cross_entropy(model(x), wanted).backward()
        optimizer.step()
    return model
