# /// zachetka
# about = "Only x is kept, as an attribute of ctx; once_differentiable; a tuple comes back."
# score = 1.0
# fails = []
# ///
# %% autograd_functions
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class SigmoidFunction(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return torch.exp(x) / (torch.exp(x) + 1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        e = torch.exp(-ctx.x)
        return (grad_output * e / (1 + e) ** 2,)


class SiLUFunction(Function):
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * SigmoidFunction.apply(x)

    def backward(ctx, *grads):
        (x,) = ctx.saved_tensors
        e = torch.exp(-x)
        return grads[0] * (1 + e + x * e) / (1 + e).square()
