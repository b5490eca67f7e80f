# /// zachetka
# about = "The history holds the loss over all data at the end of each epoch; a copy is returned."
# score = 1.0
# fails = []
# ///
# %% train_with_init
import copy
import random


def train_with_init(init_, x, y, **options):
    settings = dict(depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0)
    settings.update(options)
    depth, width, epochs, batch_size, learning_rate, seed = settings.values()
    torch.manual_seed(seed)
    shuffler = random.Random(seed)
    hidden = sum(([nn.Linear(width, width), nn.ReLU()] for _ in range(depth - 2)), [])
    model = nn.Sequential(nn.Linear(2, width), nn.ReLU(), *hidden, nn.Linear(width, 1), nn.Flatten(0))
    for module in model:
        if type(module) is nn.Linear:
            init_(module)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, betas=(0.9, 0.999), eps=1e-8)
    numbers = list(range(len(x)))
    history = []
    for _ in range(epochs):
        shuffler.shuffle(numbers)
        for start in range(0, len(x), batch_size):
            rows = numbers[start : start + batch_size]
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            history.append(F.binary_cross_entropy_with_logits(model(x), y).item())
    return [copy.deepcopy(model), tuple(history)]
