# /// zachetka
# about = "autograd differentiates F.silu in backward."
# score = 0.93
# fails = [
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
        ctx.save_for_backward(x)
        return x / (1 + torch.exp(-x))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            y = F.silu(x)
        return torch.autograd.grad(y, x, grad_output)[0]
