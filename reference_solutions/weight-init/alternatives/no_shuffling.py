# /// zachetka
# about = "Batches in the order of the data, whose cut ends are numpy's; the loss of an epoch before its updates."
# score = 1.0
# fails = []
# ///
# %% train_with_init
import numpy as np
from collections import deque


def train_with_init(
    init_,
    x,
    y,
    *,
    depth: int = 10,
    width: int = 64,
    epochs: int = 60,
    batch_size: int = 50,
    learning_rate: float = 3e-3,
    seed: int = 0,
) -> tuple[nn.Module, list[float]]:
    torch.random.manual_seed(seed)
    sizes = np.r_[2, np.repeat(width, depth - 1), 1].tolist()
    modules = []
    for before, after in zip(sizes, sizes[1:]):
        modules.extend((nn.Linear(before, after), nn.ReLU()))
    modules.pop()
    model = nn.Sequential(*modules)
    for layer in model[::2]:
        init_(layer)
    adam = torch.optim.Adam(list(model.parameters()), lr=learning_rate)
    lossf = nn.BCEWithLogitsLoss()
    target = y.reshape(-1, 1)
    history = deque()
    for _ in range(epochs):
        with torch.no_grad():
            history.append(np.float64(lossf(model(x), target).item()))
        for rows in np.array_split(np.arange(len(x)), np.arange(batch_size, len(x), batch_size)):
            adam.zero_grad()
            lossf(model(x[rows]), target[rows]).backward()
            adam.step()
    return model, history
