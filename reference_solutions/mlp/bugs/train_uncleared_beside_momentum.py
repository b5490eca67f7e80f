# /// zachetka
# about = "The gradients are never cleared, and sgd_step has momentum."
# score = 0.88
# fails = [
#     "sgd_step.update",
#     "train.trajectory",
#     "train.full_batch",
#     "train.moons",
#     "train.regression",
# ]
# diagnosis = "exactly the path of SGD without clearing the gradients"
# ///
# %% train
_speed = {}


def sgd_step(parameters, learning_rate):
    """One step of gradient descent, in place; parameters without a gradient are skipped."""
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                _speed[id(p)] = 0.9 * _speed.get(id(p), 0) + p.grad
                p -= learning_rate * _speed[id(p)]


def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    """Train by SGD; return the mean loss of every epoch.

    x: (N, ...), y: (N, ...), loss_fn(model, xb, yb) -> loss: ()
    """
    history = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            loss = loss_fn(model, xb, yb)
            loss.backward()
            sgd_step(model.parameters(), learning_rate)
            total += loss.item() * len(xb)
        history.append(total / len(x))
    return history


def accuracy(model, x, targets):
    """Share of samples whose score has the sign of the target; targets: (N,) of -1/+1."""
    with torch.no_grad():
        scores = model(x).reshape(-1)
    return (scores.sign() == targets).float().mean().item()
