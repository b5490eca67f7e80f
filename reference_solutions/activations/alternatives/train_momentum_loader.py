# /// zachetka
# about = "DataLoader, momentum, a schedule, progress for every tenth part."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    loader = DataLoader(TensorDataset(x, y.unsqueeze(1)), batch_size=64, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate / 5, momentum=0.9, weight_decay=1e-5)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for xb, yb in loader:
            optimizer.zero_grad(set_to_none=True)
            loss = F.softplus(-yb * model(xb)).mean()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        scheduler.step()
        if epoch % (epochs // 10) == 0:
            print(epoch, total / len(x))
    return model
