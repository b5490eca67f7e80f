# /// zachetka
# about = "A plain function for the class."
# score = 0.9
# fails = [
#     "autograd_functions.sigmoid_forward",
#     "autograd_functions.sigmoid_backward",
#     "autograd_functions.sigmoid_layouts",
#     "autograd_functions.sigmoid_context",
# ]
# diagnosis = "`SigmoidFunction` must be a subclass of torch.autograd.Function."
# ///
# %% autograd_functions
def SigmoidFunction(x):
    return 1 / (1 + torch.exp(-x))


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
