# /// zachetka
# about = "The gradients of an epoch are added up for a single step."
# score = 0.94
# fails = [
#     "train.trajectory",
#     "train.moons",
#     "train.regression",
# ]
# diagnosis = "there is a step at the end of an epoch only"
# ///
# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    """Train by SGD; return the mean loss of every epoch.

    x: (N, ...), y: (N, ...), loss_fn(model, xb, yb) -> loss: ()
    """
    history = []
    for _ in range(epochs):
        total = 0.0
        model.zero_grad()
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            loss = loss_fn(model, xb, yb)
            loss.backward()
            total += loss.item() * len(xb)
        sgd_step(model.parameters(), learning_rate)
        model.zero_grad()
        history.append(total / len(x))
    return history


def accuracy(model, x, targets):
    """Share of samples whose score has the sign of the target; targets: (N,) of -1/+1."""
    with torch.no_grad():
        scores = model(x).reshape(-1)
    return (scores.sign() == targets).float().mean().item()
