# /// zachetka
# about = "The product by hand, without the bias."
# score = 0.94
# fails = [
#     "gradients.mse_loss",
#     "gradients.mse_weight_grad",
# ]
# diagnosis = "the bias of the layer is left out"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (x @ layer.weight.T - y).pow(2).mean()
    (weight_grad,) = torch.autograd.grad(loss, layer.weight)
    return loss, weight_grad


def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
