# /// zachetka
# about = "Parameters of one dimension are skipped."
# score = 0.9
# fails = [
#     "sgd_step.update",
#     "sgd_step.leaves",
#     "sgd_step.none_grads",
#     "sgd_step.step_generator",
# ]
# diagnosis = "parameters of one dimension"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None and p.dim() > 1:
                p -= learning_rate * p.grad
