# /// zachetka
# about = "A complex tensor comes back."
# score = 0.9
# fails = [
#     "autograd_functions.sigmoid_forward",
#     "autograd_functions.sigmoid_backward",
#     "autograd_functions.sigmoid_layouts",
#     "autograd_functions.sigmoid_context",
# ]
# diagnosis = "got complex128 tensor (6, 5), layout strided"
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(s)
        return s.to(torch.complex128)

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
        return grad_output * (s + x * s * (1 - s))
