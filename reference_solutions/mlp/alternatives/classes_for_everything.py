# /// zachetka
# about = "Small classes: a batch sampler, a trainer, an optimizer of one's own, a base class of layers."
# ///
# %% MyLinear
class Layer(nn.Module):
    def _parameter(self, name, *shape):
        value = torch.empty(*shape)
        nn.init.uniform_(value, -0.3, 0.3)
        setattr(self, name, nn.Parameter(value))


class MyLinear(Layer):
    # no F.linear and no nn.Linear here
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self._parameter("weight", out_features, in_features)
        self.bias = None
        if bias:
            del self.bias
            self._parameter("bias", out_features)

    def linear(self, x):
        return torch.matmul(self.weight, x.unsqueeze(-1)).squeeze(-1)

    def forward(self, x):
        out = self.linear(x)
        if isinstance(self.bias, nn.Parameter):
            out = out + self.bias
        return out

    def extra_repr(self):
        return f"{self.in_features}, {self.out_features} (like nn.Linear)"


# %% minibatches
class Batches:
    def __init__(self, x, y, rows, batch_size):
        self.x, self.y, self.rows, self.batch_size = x, y, rows, batch_size

    def __len__(self):
        return (len(self.rows) + self.batch_size - 1) // self.batch_size

    def __getitem__(self, k):
        if k >= len(self):
            raise IndexError(k)
        part = self.rows[k * self.batch_size : (k + 1) * self.batch_size]
        return torch.stack([self.x[i] for i in part]), torch.stack([self.y[i] for i in part])


def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    weights = torch.ones(len(x))
    rows = torch.multinomial(weights, len(x), replacement=replacement, generator=generator)
    return Batches(x, y, rows, batch_size)


# %% sgd_step
class Descent:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = [*parameters], learning_rate

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is None:
                    continue
                new = p - self.learning_rate * p.grad
                p.copy_(new)


def sgd_step(parameters, learning_rate):
    Descent(parameters, learning_rate).step()


# %% train
class Trainer:
    def __init__(self, model, loss_fn, learning_rate):
        self.model, self.loss_fn, self.learning_rate = model, loss_fn, learning_rate

    def one(self, xb, yb):
        self.model.zero_grad()
        loss = self.loss_fn(self.model, xb, yb)
        loss.backward()
        Descent(self.model.parameters(), self.learning_rate).step()
        return loss.item() * len(yb), len(yb)


def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    trainer = Trainer(model, loss_fn, learning_rate)
    history = []
    for _ in range(epochs):
        totals = [trainer.one(xb, yb) for xb, yb in minibatches(x, y, batch_size, generator=generator)]
        sums, counts = zip(*totals)
        history.append(sum(sums) / sum(counts))
    return history


def accuracy(model, x, targets):
    scores = model(x)
    if scores.ndim == 2:
        scores = scores.squeeze(1)
    predicted = torch.where(scores > 0, 1.0, torch.where(scores < 0, -1.0, 0.0))
    return int((predicted == targets).sum()) / len(targets)
