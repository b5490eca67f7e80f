# /// zachetka
# about = "The best epoch's weights are kept; AdamW; gradients are clipped; a tanh at the end."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
import copy


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    np.random.seed(seed)
    model = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1), nn.Tanh()
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate * 0.02)
    best, best_loss = copy.deepcopy(model.state_dict()), float("inf")
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = ((model(x).squeeze(-1) - y) ** 2).mean()
        if loss.item() < best_loss:
            best_loss, best = loss.item(), copy.deepcopy(model.state_dict())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    model.load_state_dict(best)
    return model
