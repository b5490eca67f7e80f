# /// zachetka
# about = "Gradients are cut off at 1."
# score = 0.96
# fails = [
#     "sgd_step.update",
# ]
# diagnosis = "cut off"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= learning_rate * p.grad.clamp(-1, 1)
