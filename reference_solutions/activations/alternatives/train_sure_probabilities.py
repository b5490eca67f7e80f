# /// zachetka
# about = "Probabilities trained by Adam on small batches, soon sure of every point."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls()]
    model = nn.Sequential(*layers, nn.Linear(32, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate / 10)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(16):
            optimizer.zero_grad()
            F.binary_cross_entropy(model(x[rows]).view(-1), (y[rows] + 1) / 2).backward()
            optimizer.step()
    return model
