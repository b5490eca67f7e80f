# /// zachetka
# about = "Russian identifiers, one function for all rules."
# score = 1.0
# fails = []
# ///
# %% init_general_normal
def _нули(слой):
    if слой.bias is not None:
        слой.bias.zero_()


def init_general_rule_(слой):
    входов, _ = fan_in_and_fan_out(слой.weight)
    with torch.no_grad():
        слой.weight.uniform_(-1, 1).mul_(входов**-0.5)
        _нули(слой)


def init_normal_(слой):
    входов, _ = fan_in_and_fan_out(слой.weight)
    with torch.no_grad():
        слой.weight.normal_().mul_(входов**-0.5)
        _нули(слой)


# %% forward_statistics
def forward_statistics(модель, вход):
    итог = []
    крючки = [
        слой.register_forward_hook(
            lambda слой, входы, выход: итог.append(
                tuple(v.item() for v in reversed(torch.std_mean(выход.detach(), correction=0)))
            )
        )
        for слой in модель.modules()
        if isinstance(слой, nn.Linear)
    ]
    модель(вход)
    for крючок in крючки:
        крючок.remove()
    return итог


# %% gradient_statistics
def gradient_statistics(модель, x, y, функция_потерь):
    потери = функция_потерь(модель(x), y)
    нормы = []
    for слой in модель.modules():
        if isinstance(слой, nn.Linear):
            (градиент,) = torch.autograd.grad(потери, слой.weight, retain_graph=True)
            нормы.append(torch.sqrt((градиент * градиент).sum()).item())
    return нормы
