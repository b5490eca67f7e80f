# /// zachetka
# about = "Batches drawn with replacement by numpy, seeded from seed; an nn.Module that holds blocks."
# score = 1.0
# fails = []
# ///
# %% train_with_init
import numpy as np
from collections import OrderedDict


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.fc = nn.Linear(inputs, outputs)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(self.fc(x))


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    parts = OrderedDict(start=Block(2, width))
    for k in range(depth - 2):
        parts[f"block{k}"] = Block(width, width)
    parts["logit"] = nn.Linear(width, 1)
    model = nn.Sequential(parts)
    apply_init(model, init_)
    adam = torch.optim.Adam([{"params": model.parameters()}], lr=learning_rate)
    history = []
    for _ in range(epochs):
        losses = []
        for _ in range(math.ceil(len(x) / batch_size)):
            rows = torch.from_numpy(rng.integers(len(x), size=min(batch_size, len(x))))
            loss = F.binary_cross_entropy_with_logits(model(x[rows]), y[rows, None])
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item())
        history.append(np.mean(losses))
    return model, np.array(history)
