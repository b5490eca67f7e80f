# /// zachetka
# about = "Loops over the numbers of the tensor, plain Python conditions."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, x):
        return torch.stack([v if v > 0 else v * 0 for v in x.reshape(-1)]).reshape(x.shape)

# %% MyLeakyReLU
class MyLeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.k = negative_slope

    def forward(self, x):
        flat = [v if v >= 0 else self.k * v for v in x.flatten()]
        return torch.stack(flat).view_as(x)

# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        flat = []
        for v in x.reshape(-1):
            if v > 0:
                flat.append(1 / (1 + torch.exp(-v)))
            else:
                flat.append(torch.exp(v) / (1 + torch.exp(v)))
        return torch.stack(flat).reshape(x.shape)

# %% softmax
def softmax(logits, dim=-1):
    slices = []
    for row in logits.movedim(dim, -1).reshape(-1, logits.shape[dim]):
        top = max(row)
        powers = [torch.exp(value - top) for value in row]
        slices.append(torch.stack([power / sum(powers) for power in powers]))
    moved = logits.movedim(dim, -1)
    return torch.stack(slices).reshape(moved.shape).movedim(-1, dim)
