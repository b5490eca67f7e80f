# /// zachetka
# about = "The layers stand in a ModuleList and run by layer.forward(x)."
# score = 1.0
# fails = []
# ///
# %% train_with_init
class _Network(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = layer.forward(x).relu()
        return self.layers[-1].forward(x)


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    model = apply_init(_Network([2, *[width] * (depth - 1), 1]), init_)
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
