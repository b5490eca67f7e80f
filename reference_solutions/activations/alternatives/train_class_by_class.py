# /// zachetka
# about = "A class for the network, rows for biases, its own method `train`, weights frozen at the end."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class Net(nn.Module):
    def __init__(self, activation_cls, generator):
        super().__init__()
        sizes = [2, 32, 32, 1]
        self.weights = nn.ParameterList(
            nn.Parameter(torch.randn(a, b, generator=generator) * (2 / a) ** 0.5) for a, b in zip(sizes, sizes[1:])
        )
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(1, b)) for b in sizes[1:])
        self.f = activation_cls()

    def forward(self, x):
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            x = torch.addmm(b, x, w)
            if i < 2:
                x = self.f(x)
        return x

    def train(self, x=None, y=None, epochs=0, learning_rate=0.0):
        optimizer = torch.optim.Adagrad(self.parameters(), lr=learning_rate / 10)
        for _ in range(epochs):
            optimizer.zero_grad()
            (1 - self(x).flatten() * y).clamp_min(0).mean().backward()
            optimizer.step()
        return self


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    model = Net(activation_cls, torch.Generator().manual_seed(seed)).train(x, y, epochs, learning_rate)
    for p in model.parameters():
        p.requires_grad_(False)
    return model
