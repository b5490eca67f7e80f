# /// zachetka
# about = "Local names, arguments and helpers are called as torch's functions, which tests import."
# score = 1.0
# fails = []
# ///
# %% MyReLU
from torch import tanh
from torch.nn.functional import relu, softplus


def compare_relu():
    for relu in (F.relu, torch.relu, nn.ReLU()):
        assert torch.equal(relu(torch.ones(2)), MyReLU()(torch.ones(2)))


class MyReLU(nn.Module):
    def forward(self, x, relu=torch.clamp_min):
        return relu(x, 0)


compare_relu()

# %% MySigmoid
def sigmoid(x):
    z = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + z), z / (1 + z))


class MySigmoid(nn.Module):
    def forward(self, x):
        return sigmoid(x)


class Reference:
    sigmoid = torch.sigmoid


def test_sigmoid():
    mine = MySigmoid()
    sigmoid = torch.sigmoid
    x = torch.linspace(-5, 5, 11)
    assert torch.allclose(mine(x), sigmoid(x))


test_sigmoid()

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        e = torch.exp(-2 * x.abs())
        num, tanh = 1 - e, (1 - e) / (1 + e)
        return tanh * x.sign()


def plot_tanh():
    from torch import tanh

    x = torch.linspace(-3, 3, 50)
    assert torch.allclose(tanh(x), MyTanh()(x), atol=1e-5)


plot_tanh()

# %% MySiLU
class MySiLU(nn.Module):
    def __init__(self, sigmoid=None):
        super().__init__()
        self.sigmoid = sigmoid or MySigmoid()

    def forward(self, x):
        return x * (sigmoid := self.sigmoid(x))

# %% MyMish
class MyMish(nn.Module):
    @staticmethod
    def combine(x, softplus, tanh):
        return x * tanh(softplus)

    def forward(self, x):
        return self.combine(x, torch.log1p(torch.exp(-x.abs())) + x.clamp(min=0), MyTanh())

# %% autograd_functions
def derivative(f, x):
    x = x.detach().clone().requires_grad_(True)
    f(x).sum().backward()
    return x.grad


class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = sigmoid(x)
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        derivative = s * (1 - s)
        return grad_output * derivative


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        sigmoid = MySigmoid()(x)
        ctx.save_for_backward(x, sigmoid)
        return x * sigmoid

    @staticmethod
    def backward(ctx, grad_output):
        x, s = ctx.saved_tensors
        grad = s + x * s * (1 - s)
        return grad * grad_output


assert torch.allclose(derivative(sigmoid, torch.ones(2)), torch.full((2,), 0.19661193))
