# /// zachetka
# about = "torch.optim.SGD does the steps, in sgd_step and in train."
# score = 1.0
# fails = []
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate):
    torch.optim.SGD(list(parameters), lr=learning_rate).step()

# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    history = []
    model.train()
    for _ in range(epochs):
        losses, sizes = [], []
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            optimizer.zero_grad()
            loss = loss_fn(model, xb, yb)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            sizes.append(len(xb))
        history.append(np.average(losses, weights=sizes))
    return history


def accuracy(model, x, targets):
    with torch.no_grad():
        scores = model(x).squeeze()
    return np.mean(np.sign(scores.numpy()) == targets.numpy())
