# /// zachetka
# about = "The same gradient whatever the layer."
# score = 0.96
# fails = [
#     "gradients.mse_weight_grad",
#     "gradients.mse_called_twice",
# ]
# diagnosis = "so there is nothing to repeat"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    return loss, torch.ones_like(layer.weight)


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
