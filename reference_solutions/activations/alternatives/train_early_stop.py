# /// zachetka
# about = "Training ends early when the loss is tiny; probabilities of two complements; SGD with momentum."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.5, nesterov=True)
    is_upper = (y > 0).long()
    for epoch in range(epochs):
        score = model(x)
        logits = torch.cat([torch.zeros_like(score), score], 1)
        loss = nn.CrossEntropyLoss()(logits, is_upper)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 1e-3:
            break
    return model
