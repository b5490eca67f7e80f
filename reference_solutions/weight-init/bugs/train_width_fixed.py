# /// zachetka
# about = "The width is always 64."
# score = 0.97
# fails = ["train_with_init.architecture"]
# may_fail = ["train_with_init.adam"]
# diagnosis = "The layers must lead from 2 inputs over width"
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    layers = [nn.Linear(2, 64)]
    for _ in range(depth - 2):
        layers += [nn.ReLU(), nn.Linear(64, 64)]
    layers += [nn.ReLU(), nn.Linear(64, 1)]
    model = apply_init(nn.Sequential(*layers), init_)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            loss = F.binary_cross_entropy_with_logits(model(x[rows]).squeeze(1), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return model, history
