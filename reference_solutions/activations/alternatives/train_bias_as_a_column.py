# /// zachetka
# about = "Each bias is one more column of its weight."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class Homogeneous(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        bound = 1 / inputs**0.5
        self.weight = nn.Parameter(torch.empty(outputs, inputs + 1).uniform_(-bound, bound))

    def forward(self, x):
        return torch.cat([x, torch.ones_like(x[:, :1])], 1) @ self.weight.T


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        Homogeneous(2, 32), activation_cls(), Homogeneous(32, 32), activation_cls(), Homogeneous(32, 1)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    for _ in range(epochs):
        optimizer.zero_grad()
        F.softplus(-y * model(x).squeeze(1)).mean().backward()
        optimizer.step()
    return model
