# /// zachetka
# about = "Batches have 64 samples at most."
# score = 0.99
# fails = [
#     "train.regression",
# ]
# diagnosis = "came from batches of"
# ///
# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    """Train by SGD; return the mean loss of every epoch.

    x: (N, ...), y: (N, ...), loss_fn(model, xb, yb) -> loss: ()
    """
    history = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, min(batch_size, 64), generator=generator):
            loss = loss_fn(model, xb, yb)
            model.zero_grad()
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
