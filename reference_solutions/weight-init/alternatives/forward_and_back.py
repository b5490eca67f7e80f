# /// zachetka
# about = "forward of each layer wrapped and put back; backward with the old gradients cloned and copied back."
# score = 1.0
# fails = []
# ///
# %% apply_init
def apply_init(model, init_):
    def walk(module):
        for _, child in module.named_children():
            walk(child)
        if isinstance(module, nn.Linear):
            init_(module)

    walk(model)
    return model


# %% forward_statistics
def forward_statistics(model, x):
    result = []
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    originals = [layer.forward for layer in layers]

    def wrap(original):
        def forward(inp):
            out = original(inp)
            n = out.numel()
            mean = float(out.sum()) / n
            result.append((mean, math.sqrt(max(0.0, float(((out.double() - mean) ** 2).sum()) / n))))
            return out

        return forward

    for layer, original in zip(layers, originals):
        layer.forward = wrap(original)
    with torch.no_grad():
        model(x)
    for layer, original in zip(layers, originals):
        layer.forward = original
    return result


# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    old = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    model.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    result = []
    for module in model.modules():
        if isinstance(module, nn.Linear):
            result.append(math.sqrt(module.weight.grad.pow(2).sum().item()))
    for p, grad in zip(model.parameters(), old):
        if grad is None:
            p.grad = None
        else:
            p.grad.copy_(grad) if p.grad is not None else setattr(p, "grad", grad)
    return result


# %% train_with_init
def bce(logits, y):
    """Right for logits of any size."""
    return (logits.clamp(min=0) - logits * y + torch.log1p(torch.exp(-logits.abs()))).mean()


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = nn.Sequential()
    model.add_module("in", nn.Linear(2, width))
    for i in range(1, depth - 1):
        model.add_module(f"relu{i}", nn.ReLU())
        model.add_module(f"hidden{i}", nn.Linear(width, width))
    model.add_module("relu", nn.ReLU())
    model.add_module("out", nn.Linear(width, 1))
    apply_init(model, init_)
    opt = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    n = x.size(0)
    for epoch in range(epochs):
        perm = torch.randperm(n, generator=generator)
        epoch_losses = []
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size]
            opt.zero_grad()
            loss = bce(model(x[idx]).view(-1), y[idx])
            loss.backward()
            opt.step()
            epoch_losses.append(loss.item())
        history.append(sum(epoch_losses) / len(epoch_losses))
    return model, history
