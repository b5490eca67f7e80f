# /// zachetka
# about = "p.grad may be None, and that is an error."
# score = 0.98
# fails = [
#     "sgd_step.none_grads",
# ]
# diagnosis = "NoneType"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            p -= learning_rate * p.grad
