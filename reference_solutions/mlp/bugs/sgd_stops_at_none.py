# /// zachetka
# about = "The first parameter without a gradient ends the step."
# score = 0.98
# fails = [
#     "sgd_step.none_grads",
# ]
# diagnosis = "skip that one only"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is None:
                break
            p -= learning_rate * p.grad
