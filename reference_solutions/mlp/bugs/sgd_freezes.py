# /// zachetka
# about = "The parameters no longer require a gradient."
# score = 0.98
# fails = [
#     "sgd_step.leaves",
# ]
# diagnosis = "no longer a leaf that requires a gradient"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p.requires_grad_(False)
                p -= learning_rate * p.grad
