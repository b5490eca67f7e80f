# /// zachetka
# about = "Right values, gradient 1 - y with the square forgotten."
# score = 0.98
# fails = [
#     "MyTanh.gradient",
#     "MyTanh.large_inputs",
# ]
# diagnosis = "the square is missing in 1 - tanh(x)**2"
# ///
# %% MyTanh
class Slope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 2 / (1 + torch.exp(-2 * x.clamp(-40, 40))) - 1
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        return grad_output * (1 - y)


class MyTanh(nn.Module):
    def forward(self, x):
        return Slope.apply(x)
