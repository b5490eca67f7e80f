# /// zachetka
# about = "Functions of one's own called like torch's, nested classes, a dictionary of activations."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class Mine:
    @staticmethod
    def relu(x):
        return x.masked_fill(x < 0, 0.0)

    @classmethod
    def sigmoid(cls, x):
        return cls.relu(x.sign()) + torch.exp(-x.abs()) * -x.sign() / (1 + torch.exp(-x.abs())) + (x == 0) / 2


class MyReLU(nn.Module):
    def forward(self, x):
        return Mine.relu(x)

# %% MyTanh
def tanh(x):
    big = x.abs() > 15
    inner = torch.where(big, torch.zeros_like(x), x)
    a, b = torch.exp(inner), torch.exp(-inner)
    return torch.where(big, x.sign(), (a - b) / (a + b))


ACTIVATIONS = {"tanh": tanh, "relu": nn.ReLU, "sigmoid": torch.sigmoid}


class MyTanh(nn.Module):
    def forward(self, x):
        return ACTIVATIONS["tanh"](x)

# %% MyMish
class MyMish(nn.Module):
    class Softplus(nn.Module):
        def forward(self, x):
            return x.clamp(min=0) + torch.log(1 + torch.exp(-x.abs()))

    def __init__(self):
        super().__init__()
        self.softplus = self.Softplus()

    def forward(self, x):
        return x * tanh(self.softplus(x))
