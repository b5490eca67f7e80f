# /// zachetka
# about = "The output is kept in the class: the next call overwrites it."
# score = 0.985
# fails = ["autograd_functions.sigmoid_context"]
# diagnosis = "backward uses what the later call has stored"
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        SigmoidFunction.s = 1 / (1 + torch.exp(-x))
        return SigmoidFunction.s

    @staticmethod
    def backward(ctx, grad_output):
        s = SigmoidFunction.s
        return grad_output * s * (1 - s)


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, grad_output):
        x, s = ctx.saved_tensors
        return grad_output * (s + x * s * (1 - s))
