# /// zachetka
# about = "squeeze() takes the batch away where the last one holds one sample."
# score = 0.98
# fails = ["train_with_init.history"]
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    widths = [2, *[width] * (depth - 1), 1]
    layers = []
    for n, m in zip(widths, widths[1:]):
        layers += [nn.Linear(n, m), nn.ReLU()]
    model = apply_init(nn.Sequential(*layers[:-1]), init_)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            loss = F.binary_cross_entropy_with_logits(model(x[rows]).squeeze(), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return model, history
