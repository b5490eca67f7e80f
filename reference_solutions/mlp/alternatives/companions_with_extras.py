# /// zachetka
# about = "train leans on companions that have arguments and results of their own."
# score = 1.0
# fails = []
# ///
# %% sgd_step
def sgd_step(parameters, learning_rate, momentum=0.0, *, clear=False):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p.copy_(torch.lerp(p, p - p.grad, learning_rate))
                if clear:
                    p.grad = None

# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None, with_rows=False):
    n = y.size(0)
    pick = torch.randint if replacement else (lambda high, size, generator: torch.randperm(high, generator=generator))
    rows = pick(n, (n,), generator=generator)
    for part in torch.split(rows, batch_size):
        pair = x.index_select(0, part), y.index_select(0, part)
        yield (*pair, part) if with_rows else pair

# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    losses = torch.zeros(epochs, len(x))
    for epoch in range(epochs):
        for xb, yb, rows in minibatches(x, y, batch_size, generator=generator, with_rows=True):
            loss = loss_fn(model, xb, yb)
            loss.backward()
            losses[epoch, rows] = loss.detach()
            sgd_step(model.parameters(), learning_rate=learning_rate, clear=True)
    return losses.mean(1).tolist()


def accuracy(model, x, targets):
    with torch.no_grad():
        scores = model(x)
    return torch.count_nonzero(scores.flatten().sgn().eq(targets)).item() / targets.numel()
