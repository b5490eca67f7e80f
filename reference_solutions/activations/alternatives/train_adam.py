# /// zachetka
# about = "Adam, with a smaller step, on the cross-entropy."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = [nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)]
        model = nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02 * learning_rate)
    loss_fn = nn.BCEWithLogitsLoss()
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(x), (y[:, None] > 0).float())
        loss.backward()
        optimizer.step()
    return model.eval()
