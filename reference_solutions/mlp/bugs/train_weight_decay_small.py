# /// zachetka
# about = "SGD with the small weight decay of an example."
# score = 0.99
# fails = [
#     "train.regression",
# ]
# diagnosis = "weight decay"
# ///
# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    """Train by SGD; return the mean loss of every epoch.

    x: (N, ...), y: (N, ...), loss_fn(model, xb, yb) -> loss: ()
    """
    history = []
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, weight_decay=1e-4)
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            loss = loss_fn(model, xb, yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        history.append(total / len(x))
    return history


def accuracy(model, x, targets):
    """Share of samples whose score has the sign of the target; targets: (N,) of -1/+1."""
    with torch.no_grad():
        scores = model(x).reshape(-1)
    return (scores.sign() == targets).float().mean().item()
