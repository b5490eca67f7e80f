# /// zachetka
# about = "The sum of the squares."
# score = 0.94
# fails = [
#     "gradients.mse_loss",
#     "gradients.mse_weight_grad",
# ]
# diagnosis = "a sum is taken for the mean"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).sum()
    (weight_grad,) = torch.autograd.grad(loss, layer.weight)
    return loss, weight_grad


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
