# /// zachetka
# about = "A learning rate of one's own."
# score = 0.96
# fails = [
#     "sgd_step.update",
# ]
# diagnosis = "learning_rate is not used"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= 0.01 * p.grad
