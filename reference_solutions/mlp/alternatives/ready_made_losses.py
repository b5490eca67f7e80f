# /// zachetka
# about = "Losses that torch has under other names."
# score = 1.0
# fails = []
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    scores = scores.flatten()
    hinge = F.margin_ranking_loss(scores, torch.zeros_like(scores), targets, margin=1.0)
    vector = nn.utils.parameters_to_vector(parameters)
    return hinge + alpha * F.mse_loss(vector, torch.zeros_like(vector), reduction="sum")

# %% gradients
def task_linear_mse_loss(layer, x, y):
    def loss_of(weight):
        return F.mse_loss(torch.func.functional_call(layer, {"weight": weight}, x), y)

    return loss_of(layer.weight.detach()), torch.func.grad(loss_of)(layer.weight.detach())


def task_grad_sum_of_squares(x):
    return torch.func.grad(lambda v: (v**2).sum())(x)
