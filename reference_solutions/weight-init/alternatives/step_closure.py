# /// zachetka
# about = "Optimizer with a closure, a network that halves its depth in blocks, history of float32 numbers."
# score = 1.0
# fails = []
# ///
# %% train_with_init
import numpy as np


class Tower(nn.Module):
    """Layers as attributes, found by name."""

    def __init__(self, depth, width):
        super().__init__()
        self.depth = depth
        sizes = [2, *([width] * (depth - 1)), 1]
        for number in range(depth):
            setattr(self, f"слой_{number}", nn.Linear(sizes[number], sizes[number + 1]))

    def forward(self, x):
        for number in range(self.depth):
            x = getattr(self, f"слой_{number}")(x)
            if number + 1 < self.depth:
                x = x * (x > 0)
        return x


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    rng = np.random.RandomState(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Tower(depth, width)
        for child in model.children():
            init_(child)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = np.zeros(epochs, dtype=np.float32)
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]

            def closure():
                optimizer.zero_grad()
                loss = F.binary_cross_entropy_with_logits(model(x[rows]), y[rows].unsqueeze(-1))
                loss.backward()
                return loss

            history[epoch] += optimizer.step(closure).item() * len(rows) / len(x)
    return model, history
