# /// zachetka
# about = "Inputs are normalised inside the network by the training data's mean and deviation; RMSprop; Huber loss."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
class Normalised(nn.Module):
    def __init__(self, activation_cls, x):
        super().__init__()
        self.register_buffer("mean", x.mean(0))
        self.register_buffer("std", x.std(0))
        self.layers = nn.ModuleDict({"a": nn.Linear(2, 32), "b": nn.Linear(32, 32), "c": nn.Linear(32, 1)})
        self.activation = activation_cls()

    def forward(self, x):
        h = (x - self.mean) / self.std
        h = self.activation(self.layers["a"](h))
        h = self.activation(self.layers["b"](h))
        return self.layers["c"](h)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = Normalised(activation_cls, x)
    torch.set_rng_state(state)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01 * learning_rate)
    criterion = nn.HuberLoss()
    target = y.reshape(-1, 1)
    for _ in range(epochs):
        loss = criterion(model(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
