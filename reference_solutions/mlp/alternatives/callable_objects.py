# /// zachetka
# about = "Tasks solved by instances with __call__, by partial and by lambda."
# score = 1.0
# fails = []
# ///
# %% max_margin_loss
class MaxMargin:
    def __call__(self, scores, targets, parameters, alpha=1e-4):
        margins = scores.squeeze(-1) if scores.ndim > targets.ndim else scores
        hinge = torch.stack([torch.zeros_like(margins), 1 - margins * targets]).amax(0)
        return hinge.mean() + alpha * torch.stack([p.norm().square() for p in parameters]).sum()


max_margin_loss = MaxMargin()

# %% sgd_step
import functools


def _move(p, learning_rate):
    if p.grad is not None:
        p.data.sub_(p.grad, alpha=learning_rate)


def sgd_step(parameters, learning_rate):
    any(map(functools.partial(_move, learning_rate=learning_rate), parameters))

# %% gradients
def _gradient(function, at):
    return torch.autograd.functional.jacobian(function, at)


def task_linear_mse_loss(layer, x, y):
    loss = ((layer(x) - y) ** 2).mean()
    grad = torch.autograd.grad(outputs=loss, inputs=layer.weight, retain_graph=True)
    return [loss, grad[0]]


task_grad_sum_of_squares = lambda x: _gradient(lambda v: v.pow(2).sum(), x)
