# /// zachetka
# about = "train_with_init leans on helpers of its own, numpy's permutation and a generator of its own."
# score = 1.0
# fails = []
# ///
# %% train_with_init
import numpy as np


def _layers(depth, width):
    yield nn.Linear(2, width)
    for _ in range(depth - 2):
        yield nn.ReLU()
        yield nn.Linear(width, width)
    yield nn.ReLU()
    yield nn.Linear(width, 1)


def _batches(count, size, generator):
    order = torch.randperm(count, generator=generator).numpy()
    return np.array_split(order, range(size, count, size))


def train_with_init(
    init_, x, y, depth=10, width=64, epochs=60, batch_size=50, learning_rate=3e-3, seed=0
):
    """All arguments may be given by position, too."""
    generator = torch.Generator()
    generator.manual_seed(seed)
    torch.manual_seed(seed)
    np.random.seed(seed)
    model = nn.Sequential(*_layers(depth, width))
    apply_init(model, init_)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, foreach=True)
    criterion = nn.BCEWithLogitsLoss(reduction="none")

    def epoch():
        values = []
        for rows in _batches(len(x), batch_size, generator):
            losses = criterion(model(x[rows])[:, 0], y[rows].float())
            optimizer.zero_grad()
            losses.mean().backward()
            nn.utils.clip_grad_norm_(model.parameters(), 100.0)
            optimizer.step()
            values.extend(losses.tolist())
        return sum(values) / len(values)

    return model, [epoch() for _ in range(epochs)]
