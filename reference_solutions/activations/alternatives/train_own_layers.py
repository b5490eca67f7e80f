# /// zachetka
# about = "Weights made and kept by hand, transposed, without biases in the last layer."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class ByHand(nn.Module):
    def __init__(self, activation_cls, seed):
        super().__init__()
        g = torch.Generator()
        g.manual_seed(seed)
        self.w1 = nn.Parameter(torch.randn(2, 32, generator=g))
        self.b1 = nn.Parameter(torch.zeros(32))
        self.w2 = nn.Parameter(torch.randn(32, 32, generator=g) * (2 / 32) ** 0.5)
        self.b2 = nn.Parameter(torch.zeros(32))
        self.w3 = nn.Parameter(torch.randn(32, 1, generator=g) * (1 / 32) ** 0.5)
        self.f1, self.f2 = activation_cls(), activation_cls()

    def forward(self, x):
        h = self.f1(x @ self.w1 + self.b1)
        return self.f2(h @ self.w2 + self.b2) @ self.w3


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    model = ByHand(activation_cls, seed)
    for _ in range(epochs):
        for p in model.parameters():
            p.grad = None
        torch.log1p(torch.exp((-y.reshape(-1, 1) * model(x)).clamp(max=50))).mean().backward()
        for p in model.parameters():
            p.data.add_(p.grad, alpha=-learning_rate)
    return model
