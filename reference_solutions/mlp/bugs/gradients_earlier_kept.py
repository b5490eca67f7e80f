# /// zachetka
# about = "The gradient is cleared after the call only."
# score = 0.99
# fails = [
#     "gradients.mse_called_twice",
# ]
# diagnosis = "had before"
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    """Mean squared error of a linear layer and its gradient.

    x: (N, in), y: (N, out) -> loss: (), weight_grad: (out, in)
    """
    loss = (layer(x) - y).pow(2).mean()
    loss.backward()
    weight_grad = layer.weight.grad.clone()
    layer.zero_grad()
    return loss, weight_grad



def task_grad_sum_of_squares(x):
    """Gradient of sum(x ** 2) with respect to x, in the shape of x."""
    x = x.detach().clone().requires_grad_()
    x.pow(2).sum().backward()
    return x.grad
