# /// zachetka
# about = "The best network is saved whole, with pickle and to a file, and read back."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
import os
import pickle
import tempfile


class Net(nn.Module):
    def __init__(self, activation_cls):
        super().__init__()
        self.act_cls = activation_cls
        self.body = nn.Sequential(nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls())
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        return self.head(self.body(x))


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    net = Net(activation_cls)
    opt = torch.optim.SGD(net.parameters(), lr=learning_rate)
    best_loss, best = float("inf"), None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"best_{activation_cls.__name__}.pt")
        for epoch in range(epochs):
            loss = torch.nn.functional.softplus(-y * net(x).squeeze(1)).mean()
            if loss.item() < best_loss - 1e-2 or best is None:
                best_loss = loss.item()
                best = pickle.dumps(net)
                torch.save(net, path)
            opt.zero_grad()
            loss.backward()
            opt.step()
        kept = torch.load(path, weights_only=False)
    again = pickle.loads(best)
    assert all(torch.equal(a, b) for a, b in zip(kept.parameters(), again.parameters()))
    return kept
