# /// zachetka
# about = "A formula by hand without the 2."
# score = 0.97
# fails = [
#     "gradients.mse_weight_grad",
# ]
# diagnosis = "the factor 2 of the derivative of a square is missing"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    error = (layer(x) - y).detach()
    return loss, error.T @ x / error.numel()


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
