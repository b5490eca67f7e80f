# /// zachetka
# about = "train cuts its batches itself and looks at the loss of all data, too."
# score = 1.0
# fails = []
# ///
# %% train
def _batches(n, batch_size, generator):
    order = torch.randperm(n, generator=generator)
    for k in range(-(-n // batch_size)):
        yield order[k * batch_size : (k + 1) * batch_size]


def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None, verbose=False):
    history = []
    for number in range(1, epochs + 1):
        running = torch.zeros((), dtype=torch.float64)
        for rows in _batches(len(x), batch_size, generator):
            loss = loss_fn(model, x[rows], y[rows])
            grads = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for p, g in zip(model.parameters(), grads):
                    p.copy_(p - learning_rate * g)
            running += loss.detach() * rows.numel() / len(x)
        history.append(running.item())
        with torch.no_grad():
            whole = loss_fn(model, x, y)
        if verbose:
            print(number, whole.item())
    return history


def accuracy(model, x, targets):
    training = model.training
    model.eval()
    with torch.no_grad():
        hits = (model(x).reshape(len(targets)) * targets > 0).sum()
    model.train(training)
    return np.float64(hits.item() / len(targets))
