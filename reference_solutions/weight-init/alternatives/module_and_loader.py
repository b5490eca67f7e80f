# /// zachetka
# about = "A class with a ModuleList and a DataLoader; the model gives (N,), the mean is over batches."
# score = 1.0
# fails = []
# ///
# %% train_with_init
from torch.utils.data import DataLoader, TensorDataset


class DeepNet(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        sizes = [2] + [width] * (depth - 1) + [1]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x).squeeze(-1)


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    net = DeepNet(depth, width)
    for layer in net.layers:
        init_(layer)
    loader = DataLoader(
        TensorDataset(x, y), batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed + 1)
    )
    criterion = nn.BCEWithLogitsLoss()
    adam = torch.optim.Adam(net.parameters(), learning_rate)
    history = torch.zeros(epochs)
    for epoch in range(epochs):
        net.train()
        losses = []
        for xb, yb in loader:
            adam.zero_grad(set_to_none=True)
            loss = criterion(net(xb), yb)
            loss.backward()
            adam.step()
            losses.append(loss.detach())
        history[epoch] = torch.stack(losses).mean()
    net.eval()
    return net, history
