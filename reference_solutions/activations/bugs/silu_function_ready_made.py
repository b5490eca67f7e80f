# /// zachetka
# about = "torch's own derivative of SiLU."
# score = 0.9
# fails = [
#     "autograd_functions.silu_forward",
#     "autograd_functions.silu_backward",
#     "autograd_functions.silu_layouts",
#     "autograd_functions.silu_context",
# ]
# diagnosis = "is made by torch: derive it by hand"
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
        return torch.ops.aten.silu_backward(grad_output, x)
