# /// zachetka
# about = "Training starts from weights of its own."
# score = 0.92
# fails = [
#     "train.trajectory",
#     "train.full_batch",
#     "train.moons",
#     "train.regression",
# ]
# diagnosis = "does not start from the weights"
# ///
# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    """Train by SGD; return the mean loss of every epoch.

    x: (N, ...), y: (N, ...), loss_fn(model, xb, yb) -> loss: ()
    """
    history = []
    for layer in model.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    for _ in range(epochs):
        total = 0.0
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
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
