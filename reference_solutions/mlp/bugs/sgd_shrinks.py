# /// zachetka
# about = "Every parameter shrinks a little; the gradient is not used."
# score = 0.9
# fails = [
#     "sgd_step.update",
#     "sgd_step.leaves",
#     "sgd_step.none_grads",
#     "sgd_step.step_generator",
# ]
# diagnosis = "A parameter does not move along its gradient"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p *= 1 - learning_rate
