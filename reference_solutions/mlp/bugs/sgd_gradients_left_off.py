# /// zachetka
# about = "Gradients are switched off and never on again."
# score = 0.98
# fails = [
#     "sgd_step.leaves",
# ]
# diagnosis = "gradients are switched off"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    torch.set_grad_enabled(False)
    for p in parameters:
        if p.grad is not None:
            p -= learning_rate * p.grad
