# /// zachetka
# about = "The gradient with respect to x loses the shape of x."
# score = 0.97
# fails = [
#     "gradients.grad_sum_of_squares",
# ]
# diagnosis = "`task_grad_sum_of_squares(x)`: expected float32 tensor (3, 4), got float32 tensor (12,)"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    return loss, torch.autograd.grad(loss, layer.weight)[0]


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad.flatten()
