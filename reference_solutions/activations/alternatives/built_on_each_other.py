# /// zachetka
# about = "Classes that use one another, in attributes and in the call."
# score = 1.0
# fails = []
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 2 * MySigmoid()(2 * x) - 1

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope
        self.relu = MyReLU()

    def forward(self, x):
        return self.relu(x) - self.negative_slope * self.relu(-x)

# %% MySiLU
class MySiLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.sigmoid = MySigmoid()

    def forward(self, x):
        return torch.mul(x, self.sigmoid(x))

# %% MyMish
class MyMish(nn.Module):
    def __init__(self):
        super().__init__()
        self.tanh = MyTanh()

    def forward(self, x):
        softplus = MyReLU()(x) + torch.log1p(torch.exp(-x.abs()))
        return x * self.tanh(softplus)
