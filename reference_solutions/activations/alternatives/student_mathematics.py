# /// zachetka
# about = "Series of identities: sinh, powers, complements."
# score = 1.0
# fails = []
# ///
# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        z = x.clamp(-18, 18)
        return torch.sinh(z) / torch.cosh(z)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        z = x.clamp(-36, 36)
        return torch.pow(math.e, z / 2) / (torch.pow(math.e, z / 2) + torch.pow(math.e, -z / 2))

# %% MyELU
class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return (x + x.abs()) / 2 + self.alpha * (torch.exp((x - x.abs()) / 2) - 1)

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        e = torch.exp(-x.abs())
        return torch.where(x > 0, x, x * e) / (1 + e)

# %% MyGELU
class MyGELU(nn.Module):
    def forward(self, x):
        return x - 0.5 * x * torch.special.erfc(x / np.sqrt(2))

# %% MyMish
class MyMish(nn.Module):
    def forward(self, x):
        e = torch.exp(-x.abs())
        right = (1 + 2 * e) / (1 + 2 * e + 2 * e * e)
        left = (e * e + 2 * e) / (e * e + 2 * e + 2)
        return x * torch.where(x > 0, right, left)

# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *inputs):
        (x,) = inputs
        e = torch.exp(-x)
        ctx.e = e
        return e.add(1).reciprocal()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.e / (1 + ctx.e).pow(2)


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.clone())
        ctx.set_materialize_grads(False)
        return x / (1 + torch.exp(-x))

    @staticmethod
    def backward(ctx, grad_output):
        x = ctx.saved_tensors[0]
        c = torch.cosh(x / 2)
        return grad_output * (0.5 + (x + torch.sinh(x)) / (4 * c**2))
