# /// zachetka
# about = "The gradient is computed in float32."
# score = 0.93
# fails = [
#     "autograd_functions.sigmoid_backward",
#     "autograd_functions.sigmoid_layouts",
#     "autograd_functions.sigmoid_context",
# ]
# diagnosis = "only the digits of float32 are right: it is computed in float32."
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        return grad_output.float() * (s * (1 - s)).float()


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
