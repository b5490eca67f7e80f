# /// zachetka
# about = "A formula by hand, turned."
# score = 0.96
# fails = [
#     "gradients.mse_weight_grad",
#     "gradients.mse_called_twice",
# ]
# diagnosis = "The gradient is transposed"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    error = (layer(x) - y).detach()
    return loss, 2 * x.T @ error / error.numel()


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
