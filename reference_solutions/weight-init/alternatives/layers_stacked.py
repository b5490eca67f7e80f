# /// zachetka
# about = "The layers stand in the reverse order; the weights of the hidden ones are stacked."
# score = 1.0
# fails = []
# ///
# %% train_with_init
class Stacked(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.from_the_end = nn.ModuleList([nn.Linear(a, b) for a, b in reversed(sizes)])

    def forward(self, points):
        exit_, *middle, entry = self.from_the_end
        hidden = F.linear(points, entry.weight, entry.bias).clamp(min=0)
        if middle:
            kernels = torch.stack([one.weight.t() for one in middle[::-1]])
            shifts = torch.stack(tuple(one.bias for one in middle[::-1]))
            for number in range(len(kernels)):
                hidden = torch.addmm(shifts[number], hidden, kernels[number]).clamp(min=0)
        return torch.addmm(exit_.bias, hidden, exit_.weight.t())


def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    model = Stacked([(2, width), *[(width, width)] * (depth - 2), (width, 1)])
    apply_init(model, init_)
    adam = torch.optim.Adam(model.parameters(), lr=learning_rate)
    pairs = torch.utils.data.TensorDataset(x, y[:, None])
    loader = torch.utils.data.DataLoader(pairs, batch_size, shuffle=True)
    summed = nn.BCEWithLogitsLoss(reduction="sum")

    def epoch():
        spent = 0.0
        for points, labels in loader:
            cost = summed(model(points), labels)
            adam.zero_grad()
            (cost / len(points)).backward()
            adam.step()
            spent += float(cost.detach())
        return spent / len(x)

    return model, [epoch() for _ in range(epochs)]
