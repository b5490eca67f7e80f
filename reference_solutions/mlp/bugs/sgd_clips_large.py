# /// zachetka
# about = "Each gradient is scaled down to the length 5."
# score = 0.96
# fails = [
#     "sgd_step.update",
# ]
# diagnosis = "along large gradients"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= learning_rate * p.grad * min(1.0, 5.0 / float(p.grad.norm()))
