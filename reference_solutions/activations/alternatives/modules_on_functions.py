# /// zachetka
# about = "The modules use autograd Functions with stable formulas."
# score = 1.0
# fails = []
# ///
# %% MySigmoid
class StableSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.exp(-x.abs())
        s = torch.where(x >= 0, 1 / (1 + e), e / (1 + e))
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        return grad_output * s * (1 - s)


class MySigmoid(nn.Module):
    def forward(self, x):
        return StableSigmoid.apply(x)

# %% MyReLU
class Ramp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * (ctx.saved_tensors[0] > 0)


class MyReLU(nn.Module):
    forward = staticmethod(Ramp.apply)

# %% autograd_functions
class SigmoidFunction(StableSigmoid):
    pass


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * MySigmoid()(x)

    @staticmethod
    def backward(ctx, grad_output):
        x = ctx.saved_tensors[0]
        s = MySigmoid()(x)
        return s * (1 + x * (1 - s)) * grad_output
