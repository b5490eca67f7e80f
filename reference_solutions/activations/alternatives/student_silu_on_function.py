# /// zachetka
# about = "SiLUFunction stands on SigmoidFunction and on a cached static method."
# score = 1.0
# fails = []
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        half = torch.tanh(x / 2)
        ctx.save_for_backward(half)
        return (1 + half) / 2

    @staticmethod
    def backward(ctx, grad_output):
        (half,) = ctx.saved_tensors
        return grad_output * (1 - half * half) / 4


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def derivative(x):
        s = SigmoidFunction.apply(x)
        return s * (1 + x - x * s)

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(SiLUFunction.derivative(x))
        return x * SigmoidFunction.apply(x)

    @staticmethod
    def backward(ctx, *grad_outputs):
        return torch.mul(grad_outputs[0], *ctx.saved_tensors)
