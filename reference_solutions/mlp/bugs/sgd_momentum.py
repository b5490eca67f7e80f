# /// zachetka
# about = "Momentum kept between the calls."
# score = 0.96
# fails = [
#     "sgd_step.update",
# ]
# diagnosis = "momentum"
# ///
# %% sgd_step
_speed = {}


def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                _speed[id(p)] = 0.9 * _speed.get(id(p), 0) + p.grad
                p -= learning_rate * _speed[id(p)]
