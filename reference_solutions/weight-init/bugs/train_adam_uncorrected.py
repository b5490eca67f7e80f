# /// zachetka
# about = "Adam by hand, without the corrections of the first steps."
# score = 0.97
# fails = ["train_with_init.adam"]
# diagnosis = "the corrections of the first steps"
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    layers = [nn.Linear(2, width)]
    for _ in range(depth - 2):
        layers += [nn.ReLU(), nn.Linear(width, width)]
    layers += [nn.ReLU(), nn.Linear(width, 1)]
    model = apply_init(nn.Sequential(*layers), init_)
    params = list(model.parameters())
    means = [torch.zeros_like(p) for p in params]
    squares = [torch.zeros_like(p) for p in params]
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            loss = F.binary_cross_entropy_with_logits(model(x[rows]).squeeze(1), y[rows])
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p, m, v in zip(params, means, squares):
                    m.mul_(0.9).add_(p.grad, alpha=0.1)
                    v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                    p.sub_(learning_rate * m / (v.sqrt() + 1e-8))
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return model, history
