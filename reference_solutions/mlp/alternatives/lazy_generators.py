# /// zachetka
# about = "Generators wherever one fits; batches are made while the loop runs."
# score = 1.0
# fails = []
# ///
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    size = len(y)
    order = (
        torch.randint(high=size, size=(size,), generator=generator)
        if replacement
        else torch.randperm(size, generator=generator)
    )
    for start in range(0, size, batch_size):
        part = order[start : start + batch_size]
        yield x[part], y[part]

# %% sgd_step
@torch.no_grad()
def sgd_step(parameters, learning_rate):
    for p in filter(lambda p: p.grad is not None, parameters):
        p.add_(p.grad, alpha=-learning_rate)

# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    def epoch():
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            model.zero_grad(set_to_none=False)
            loss = loss_fn(model, xb, yb)
            loss.backward()
            sgd_step((p for p in model.parameters()), learning_rate)
            yield loss.item() * xb.size(0)

    return [sum(epoch()) / x.size(0) for _ in range(epochs)]


@torch.no_grad()
def accuracy(model, x, targets):
    return sum(float(s) * float(t) > 0 for s, t in zip(model(x), targets)) / len(targets)
