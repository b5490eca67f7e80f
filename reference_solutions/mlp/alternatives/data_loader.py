# /// zachetka
# about = "Batches by torch's DataLoader, which yields lists, not tuples."
# score = 1.0
# fails = []
# ///
# %% minibatches
from torch.utils.data import DataLoader, RandomSampler, TensorDataset


def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    data = TensorDataset(x, y)
    sampler = RandomSampler(data, replacement=replacement, num_samples=len(data), generator=generator)
    return DataLoader(data, batch_size=batch_size, sampler=sampler, generator=generator)

# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    loader = minibatches(x, y, batch_size, generator=generator)
    history = []
    for _ in range(epochs):
        seen, total = 0, 0.0
        for xb, yb in loader:
            loss = loss_fn(model, xb, yb)
            [p.grad.zero_() for p in model.parameters() if p.grad is not None]
            loss.backward()
            total += loss.detach().item() * xb.shape[0]
            seen += xb.shape[0]
            sgd_step(model.parameters(), learning_rate)
        history.append(total / seen)
    return history


def accuracy(model, x, targets):
    model.eval()
    with torch.inference_mode():
        hits = torch.eq(torch.sign(model(x)).view(-1), targets)
    return hits.double().mean().item()
