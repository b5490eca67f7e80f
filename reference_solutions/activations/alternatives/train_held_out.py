# /// zachetka
# about = "Adam; training stops ten epochs after the best one on points held out, which comes back."
# score = 1.0
# fails = []
# ///
# %% train_with_activation
import copy


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
    )
    perm = torch.randperm(len(x))
    cut = int(0.8 * len(x))
    seen, held_out = perm[:cut], perm[cut:]
    opt = torch.optim.Adam(net.parameters(), lr=learning_rate * 0.02)
    best, best_state, bad = float("inf"), copy.deepcopy(net.state_dict()), 0
    for epoch in range(epochs):
        for b in seen[torch.randperm(len(seen))].split(32):
            opt.zero_grad()
            F.softplus(-y[b] * net(x[b]).squeeze(-1)).mean().backward()
            opt.step()
        with torch.no_grad():
            loss = F.softplus(-y[held_out] * net(x[held_out]).squeeze(-1)).mean().item()
        if loss < best - 1e-4:
            best, bad, best_state = loss, 0, copy.deepcopy(net.state_dict())
        else:
            bad += 1
            if bad >= 10:
                break
    net.load_state_dict(best_state)
    return net
