# /// zachetka
# about = "Straight-through: a gradient of 1 for negative x, too."
# score = 0.98
# fails = [
#     "MyReLU.gradient",
#     "MyReLU.large_inputs",
# ]
# diagnosis = "the gradient passes unchanged, as if the function were x"
# ///
# %% MyReLU
class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class MyReLU(nn.Module):
    def forward(self, x):
        return Through.apply(x)
