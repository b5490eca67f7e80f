# /// zachetka
# about = "A second call adds to the gradient of the first."
# score = 0.99
# fails = [
#     "gradients.mse_called_twice",
# ]
# diagnosis = "a second call adds to the gradient of the first"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    loss.backward()
    return loss, layer.weight.grad


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
