# /// zachetka
# about = "Identifiers in Russian."
# score = 1.0
# fails = []
# ///
# %% MyReLU
class MyReLU(nn.Module):
    def forward(self, вход):
        ноль = torch.zeros_like(вход)
        return torch.maximum(вход, ноль)

# %% MySiLU
class Сигмоида(nn.Module):
    def forward(self, вход):
        степень = torch.exp(-вход.abs())
        return torch.where(вход >= 0, 1 / (1 + степень), степень / (1 + степень))


class MySiLU(nn.Module):
    def forward(self, вход):
        return вход * Сигмоида()(вход)

# %% softmax
def softmax(logits, dim=-1):
    наибольший, _ = logits.max(dim=dim, keepdim=True)
    степени = (logits - наибольший).exp()
    сумма = степени.sum(dim=dim, keepdim=True)
    return степени / сумма

# %% train_with_activation
class Сеть(nn.Module):
    def __init__(self, активация):
        super().__init__()
        self.слои = nn.ModuleList([nn.Linear(2, 32), nn.Linear(32, 32)])
        self.выход = nn.Linear(32, 1)
        self.активация = активация()

    def forward(self, вход):
        for слой in self.слои:
            вход = self.активация(слой(вход))
        return self.выход(вход)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    torch.manual_seed(seed)
    сеть = Сеть(activation_cls)
    спуск = torch.optim.SGD(сеть.parameters(), lr=learning_rate)
    метки = (y.view(-1, 1) + 1) / 2
    for эпоха in range(epochs):
        спуск.zero_grad()
        F.binary_cross_entropy_with_logits(сеть(x), метки).backward()
        спуск.step()
    return сеть
