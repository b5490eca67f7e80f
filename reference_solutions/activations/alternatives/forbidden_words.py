# /// zachetka
# about = "Names, comments and strings that only look forbidden; demos beside the class use the real ones."
# score = 1.0
# fails = []
# ///
# %% MyReLU
# F.relu(x) and torch.relu are not used here
class MyReLU(nn.Module):
    """Like nn.ReLU, F.relu(x) or x.relu()."""

    name: "torch.relu" = "nn.ReLU"

    def relu(self, x):
        return x.clamp(min=0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        relu = self.relu
        return relu(x)


print(nn.ReLU()(torch.tensor([-1.0, 1.0])), F.relu(torch.ones(1)))

# %% MySigmoid
def sigmoid(x):
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, torch.ones_like(e), e) / (1 + e)


class Functions:
    @staticmethod
    def sigmoid(x):
        return sigmoid(x)


class MySigmoid(nn.Module):
    def forward(self, x):
        return Functions.sigmoid(x)


assert torch.allclose(MySigmoid()(torch.ones(3)), torch.sigmoid(torch.ones(3)))

# %% MyTanh
class MyTanh(nn.Module):
    def __init__(self):
        super().__init__()
        self.tanh = lambda v: 2 * sigmoid(2 * v) - 1

    def forward(self, x):
        return self.tanh(x)
