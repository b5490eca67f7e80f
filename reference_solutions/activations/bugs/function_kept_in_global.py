# /// zachetka
# about = "The input is kept in a global."
# score = 0.985
# fails = ["autograd_functions.silu_context"]
# diagnosis = "backward uses what the later call has stored"
# ///
# %% autograd_functions
kept = {}


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
        kept['x'] = x
        return x / (1 + torch.exp(-x))

    @staticmethod
    def backward(ctx, grad_output):
        x = kept['x']
        s = 1 / (1 + torch.exp(-x))
        return grad_output * (s + x * s * (1 - s))
