# /// zachetka
# about = "Plain functions first, modules that wrap them; lambdas and partial."
# score = 1.0
# fails = []
# ///
# %% MyReLU
import functools


def my_relu(x):
    return torch.max(x, torch.zeros_like(x))


class MyReLU(nn.Module):
    forward = lambda self, x: my_relu(x)

# %% MyLeakyReLU
def my_leaky(x, slope):
    return my_relu(x) - slope * my_relu(-x)


class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.function = functools.partial(my_leaky, slope=negative_slope)

    def forward(self, x):
        return self.function(x)

# %% MySigmoid
def my_sigmoid(x):
    e = torch.exp(-torch.abs(x))
    s = 1 / (1 + e)
    return torch.where(x >= 0, s, e * s)


class MySigmoid(nn.Module):
    def forward(self, x):
        return my_sigmoid(x)

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return my_sigmoid(2 * x) - my_sigmoid(-2 * x)

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x.mul(my_sigmoid(x))

# %% MyMish
def my_softplus(x):
    return my_relu(x) + torch.log1p(torch.exp(-torch.abs(x)))


class MyMish(nn.Module):
    def forward(self, x):
        t = torch.exp(-2 * my_softplus(x))
        return torch.div(1 - t, 1 + t) * x

# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = my_sigmoid(x)
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        s, = ctx.saved_tensors
        d = s - s ** 2
        return d.mul(grad_output)


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = my_sigmoid(x)
        y = s * x
        ctx.save_for_backward(s, y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        s, y = ctx.saved_tensors
        if not ctx.needs_input_grad[0]:
            return None
        return (y + s * (1 - y)) * grad_output
