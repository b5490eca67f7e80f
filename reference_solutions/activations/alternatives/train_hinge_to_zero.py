# /// zachetka
# about = "Hinge on small batches: on easy data its loss is exactly zero after a few epochs."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(16):
            loss = (1 - y[rows] * model(x[rows]).squeeze(1)).clamp(min=0).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model
