# /// zachetka
# about = "`p = p - ...` leaves the parameters as they were."
# score = 0.9
# fails = [
#     "sgd_step.update",
#     "sgd_step.leaves",
#     "sgd_step.none_grads",
#     "sgd_step.step_generator",
# ]
# diagnosis = "`p = p - ...` makes a new tensor"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p = p - learning_rate * p.grad
