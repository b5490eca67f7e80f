# /// zachetka
# about = "One hidden layer of 20000 units, whatever is asked for."
# score = 0.81
# fails = [
#     "train_with_init.architecture",
#     "train_with_init.initialised",
#     "train_with_init.relu_network",
#     "train_with_init.adam",
#     "train_with_init.history",
#     "train_with_init.history_of_epoch",
#     "train_with_init.moons",
#     "train_with_init.zeros",
#     "train_with_init.seed",
# ]
# diagnosis = "these are of quite another size"
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    layers = [nn.Linear(2, 20_000), nn.ReLU(), nn.Linear(20_000, 1)]
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
