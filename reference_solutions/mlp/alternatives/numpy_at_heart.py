# /// zachetka
# about = "numpy draws and counts, torch only multiplies; the loss is a chain of small functions."
# ///
# %% gradients
def task_linear_mse_loss(layer, x, y):
    weight = layer.weight.detach().clone().requires_grad_(True)
    bias = 0 if layer.bias is None else layer.bias.detach()
    prediction = x.mm(weight.t()) + bias
    loss = F.mse_loss(prediction, y, reduction="sum") / y.numel()
    loss.backward()
    return loss.detach(), weight.grad


def task_grad_sum_of_squares(x):
    with torch.enable_grad():
        t = torch.nn.Parameter(x.clone())
        return torch.autograd.grad(torch.linalg.vector_norm(t).square(), t)[0]


# %% max_margin_loss
def hinge(margin):
    return torch.clamp_min(1.0 - margin, 0.0)


def l2(parameters):
    total = torch.tensor(0.0)
    for p in parameters:
        total = total + torch.sum(torch.pow(p, 2))
    return total


def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    targets = targets.view_as(scores)
    return torch.mean(hinge(scores * targets)).add(l2(parameters), alpha=alpha)


# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    seed = torch.randint(0, 2**62, (1,), generator=generator).item()
    rng = np.random.default_rng(seed)
    n = x.shape[0]
    idx = rng.integers(0, n, size=n) if replacement else rng.permutation(n)
    for part in np.array_split(idx, range(batch_size, n, batch_size)):
        part = torch.as_tensor(part)
        yield x[part], y[part]


# %% plots
def plot_loss(history):
    history = np.asarray(history, dtype=float)
    fig, ax = plt.subplots(1, 1, figsize=(7, 4), layout="tight")
    ax.plot(np.arange(len(history)), history, marker="o", linestyle="None", alpha=0.6)
    ax.annotate("the best", (int(history.argmin()), history.min()))
    ax.set(title="Loss", xlabel="Epoch", ylabel="Mean loss", ylim=(0, None))
    ax.grid(alpha=0.3)
    return ax


def plot_predictions(reference, predicted):
    ref, pred = (np.ravel(np.asarray(v, dtype=float)) for v in (reference, predicted))
    fig = plt.figure(figsize=(5, 5))
    ax = fig.add_axes([0.15, 0.15, 0.8, 0.8])
    ax.scatter(ref, pred, c=np.abs(ref - pred), cmap="viridis", s=4, edgecolors="none")
    grid = np.linspace(ref.min(), ref.max(), 200)
    ax.plot(grid, grid, "r--", lw=0.8, label="y = x")
    ax.legend()
    ax.set_xlabel("$y$")
    ax.set_ylabel(r"$\hat y$")
    return ax
