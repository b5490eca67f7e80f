# /// zachetka
# about = "The sum is squared, not the elements."
# score = 0.97
# fails = [
#     "gradients.grad_sum_of_squares",
# ]
# diagnosis = "the squared sum"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    (weight_grad,) = torch.autograd.grad(loss, layer.weight)
    return loss, weight_grad


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.sum().pow(2).backward()
    return x.grad
