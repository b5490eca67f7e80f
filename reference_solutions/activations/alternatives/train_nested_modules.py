# /// zachetka
# about = "A block in a block, the activation passed down, one object for both layers, output by unsqueeze."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class Block(nn.Module):
    def __init__(self, inputs, outputs, activation):
        super().__init__()
        self.linear, self.activation = nn.Linear(inputs, outputs), activation

    def forward(self, x):
        return self.activation(self.linear(x))


class Network(nn.Module):
    def __init__(self, activation_cls):
        super().__init__()
        shared = activation_cls()
        self.body = nn.Sequential(Block(2, 32, shared), Block(32, 32, shared))
        self.head = nn.Parameter(torch.randn(32) / 32**0.5)
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return (self.body(x) @ self.head + self.bias).unsqueeze(-1)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Network(activation_cls)
        optimizer = torch.optim.NAdam(model.parameters(), lr=0.01 * learning_rate)
        for _ in range(epochs):
            for rows in torch.randperm(len(x)).chunk(3):
                optimizer.zero_grad()
                F.soft_margin_loss(model(x[rows]).squeeze(1), y[rows]).backward()
                optimizer.step()
    return model
