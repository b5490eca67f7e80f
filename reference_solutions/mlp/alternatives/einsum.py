# /// zachetka
# about = "Products by einsum, penalties by dot products."
# score = 1.0
# fails = []
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty((out_features, in_features)))
        self.bias = None
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)
        if bias:
            self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.einsum("...i,oi->...o", x, self.weight)
        if self.bias is not None:
            y = y + self.bias
        return y

# %% gradients
def task_linear_mse_loss(layer, x, y):
    delta = torch.einsum("ni,oi->no", x, layer.weight) + layer.bias - y
    loss = torch.einsum("no,no->", delta, delta) / delta.numel()
    return loss, torch.einsum("no,ni->oi", delta, x).mul(2 / delta.numel()).detach()


def task_grad_sum_of_squares(x):
    leaf = torch.tensor(x.tolist(), requires_grad=True)
    return torch.autograd.grad(torch.dot(leaf.reshape(-1), leaf.reshape(-1)), [leaf])[0]

# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    gap = torch.maximum(1 - torch.einsum("n,n->n", scores.view(-1), targets), torch.zeros(()))
    return torch.mean(gap) + sum(alpha * torch.dot(p.reshape(-1), p.reshape(-1)) for p in parameters)
