# /// zachetka
# about = "A Function whose backward forgets alpha."
# score = 0.99
# fails = ["MyELU.parameter"]
# diagnosis = "alpha is missing in the gradient"
# ///
# %% MyELU
class Elu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        e = torch.exp(x.clamp(max=0))
        ctx.save_for_backward(x, e)
        return torch.where(x > 0, x, alpha * (e - 1))

    @staticmethod
    def backward(ctx, grad_output):
        x, e = ctx.saved_tensors
        return torch.where(x > 0, grad_output, grad_output * e), None


class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return Elu.apply(x, self.alpha)
