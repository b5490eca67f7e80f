# /// zachetka
# about = "A small weight decay besides the step."
# score = 0.96
# fails = [
#     "sgd_step.update",
# ]
# diagnosis = "weight decay"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= learning_rate * (p.grad + 1e-4 * p)
