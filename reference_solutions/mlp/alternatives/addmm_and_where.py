# /// zachetka
# about = "addmm for the layer, where for the margin, data for the step."
# score = 1.0
# fails = []
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.normal(0.0, 0.1, (out_features, in_features)))
        self.register_parameter("bias", nn.Parameter(torch.full((out_features,), 0.0)) if bias else None)

    def forward(self, x):
        rows = x.reshape(-1, self.in_features)
        if self.bias is None:
            out = torch.mm(rows, self.weight.T)
        else:
            out = torch.addmm(self.bias, rows, self.weight.T)
        return out.reshape(*x.shape[:-1], self.out_features)

# %% gradients
def task_linear_mse_loss(layer, x, y):
    layer.zero_grad()
    loss = nn.MSELoss()(layer(x), y)
    loss.backward(retain_graph=True)
    return loss, layer.weight.grad


def task_grad_sum_of_squares(x):
    x.requires_grad_(True)
    loss = torch.sum(x**2)
    loss.backward()
    return x.grad

# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    if scores.dim() == 2:
        scores = scores[:, 0]
    margin = 1 - scores * targets
    data_loss = torch.where(margin > 0, margin, torch.zeros_like(margin)).sum() / margin.shape[0]
    reg_loss = 0.0
    for p in parameters:
        reg_loss += torch.linalg.vector_norm(p) ** 2
    return data_loss + alpha * reg_loss

# %% sgd_step
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            continue
        p.data = p.data - learning_rate * p.grad.data
