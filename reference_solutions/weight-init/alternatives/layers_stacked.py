# /// zachetka
# about = "The layers stand in the reverse order; the weights of the hidden ones are stacked."
# score = 1.0
# fails = []
# ///
# %% train_with_init
class _Network(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.last = nn.Linear(width, 1)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(depth - 2))
        self.first = nn.Linear(2, width)

    def forward(self, x):
        x = torch.relu(self.first(x))
        if len(self.hidden):
            inner = list(reversed(self.hidden))
            weights = torch.stack([layer.weight for layer in inner])
            biases = torch.stack([layer.bias for layer in inner])
            for weight, bias in zip(weights, biases):
                x = torch.relu(x @ weight.T + bias)
        return self.last(x)


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    model = apply_init(_Network(depth, width), init_)
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
