# /// zachetka
# about = "The mean over rows only."
# score = 0.94
# fails = [
#     "gradients.mse_loss",
#     "gradients.mse_weight_grad",
# ]
# diagnosis = "the mean is over the rows only"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).sum(dim=1).mean()
    (weight_grad,) = torch.autograd.grad(loss, layer.weight)
    return loss, weight_grad


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
