# /// zachetka
# about = "Everything by explicit loops over numbers, with formulas worked out by hand."
# score = 1.0
# fails = []
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / in_features)
        if bias:
            self.bias = nn.Parameter(torch.zeros(out_features))
        else:
            self.register_parameter("bias", None)

    def forward(self, x):
        columns = []
        for j in range(len(self.weight)):
            total = 0
            for i in range(self.weight.shape[1]):
                total = total + x[..., i] * self.weight[j, i]
            columns.append(total if self.bias is None else total + self.bias[j])
        return torch.stack(columns, dim=-1)

# %% gradients
def task_linear_mse_loss(layer, x, y):
    error = layer(x) - y
    loss = torch.zeros(())
    for row in error:
        for value in row:
            loss = loss + value * value
    loss = loss / error.numel()
    grad = torch.zeros_like(layer.weight)
    with torch.no_grad():
        for n in range(len(x)):
            for j in range(error.shape[1]):
                grad[j] += 2 * error[n, j] * x[n] / error.numel()
    return loss, grad


def task_grad_sum_of_squares(x):
    return 2 * x

# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    loss = 0
    for s, t in zip(scores.flatten(), targets):
        margin = 1 - t * s
        if margin > 0:
            loss = loss + margin
        else:
            loss = loss + 0 * s
    loss = loss / len(targets)
    for p in parameters:
        loss = loss + alpha * (p * p).sum()
    return loss

# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    n = x.shape[0]
    left = torch.randperm(n, generator=generator).tolist()
    if replacement:
        left = [int(torch.randint(0, n, (), generator=generator)) for _ in range(n)]
    batches = []
    while left:
        now, left = left[:batch_size], left[batch_size:]
        batches.append((torch.stack([x[i] for i in now]), torch.stack([y[i] for i in now])))
    return batches

# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    history = []
    epoch = 0
    while epoch < epochs:
        losses = []
        for xb, yb in minibatches(x, y, batch_size, generator=generator):
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model, xb, yb)
            loss.backward()
            losses += [float(loss)] * len(yb)
            sgd_step(model.parameters(), learning_rate)
        history.append(sum(losses) / len(losses))
        epoch += 1
    return history


def accuracy(model, x, targets):
    right = 0
    for score, target in zip(model(x).flatten().tolist(), targets.tolist()):
        if score > 0 and target > 0 or score < 0 and target < 0:
            right += 1
    return right / len(targets)
