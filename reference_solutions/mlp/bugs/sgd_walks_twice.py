# /// zachetka
# about = "Walks through the parameters twice."
# score = 0.98
# fails = [
#     "sgd_step.step_generator",
# ]
# diagnosis = "has used the generator up"
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    if not any(p.grad is not None for p in parameters):
        return
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= learning_rate * p.grad
