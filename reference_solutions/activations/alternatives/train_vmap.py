# /// zachetka
# about = "The network is written for one point; torch.vmap makes it one for many."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class PointNet(nn.Module):
    def __init__(self, activation_cls):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(32, 1)])
        self.activation = activation_cls()

    def at(self, point):
        first, second, last = self.layers
        return last(self.activation(second(self.activation(first(point)))))

    def forward(self, x):
        return torch.vmap(self.at)(x)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    net = PointNet(activation_cls)
    optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
    for _ in range(epochs):
        loss = torch.nn.functional.softplus(-y * net(x).squeeze(1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net
