# /// zachetka
# about = "Squared hinge with small steps, weight decay, a warm-up, xavier weights."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    for p in model.parameters():
        if p.dim() > 1:
            nn.init.xavier_normal_(p)
    for epoch in range(epochs):
        rate = 0.2 * learning_rate * min(1.0, (epoch + 1) / 10)
        loss = torch.relu(1 - y * model(x).reshape(-1)).pow(2).mean()
        model.zero_grad(set_to_none=True)
        loss.backward()
        for p in model.parameters():
            p.data = (1 - 1e-4 * rate) * p.data - rate * p.grad
    return model
