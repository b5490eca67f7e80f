# /// zachetka
# about = "The newer form with setup_context."
# score = 1.0
# fails = []
# ///
# %% autograd_functions
class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return 1 / (1 + torch.exp(-x))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad_output):
        s = ctx.saved_tensors[0]
        return (s - s**2) * grad_output


class SiLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x / (1 + torch.exp(-x))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(inputs[0], output)

    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        s = 1 / (1 + torch.exp(-x))
        return grad_output * (y + s * (1 - y))
