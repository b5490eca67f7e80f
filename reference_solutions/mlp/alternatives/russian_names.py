# /// zachetka
# about = "Russian identifiers inside, and functions of the student's own."
# score = 1.0
# fails = []
# ///
# %% MyLinear
class MyLinear(nn.Module):
    """Линейный слой. nn.Linear и F.linear здесь не используются."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        граница = 1 / in_features**0.5
        начало = lambda *форма: nn.Parameter((2 * torch.rand(форма) - 1) * граница)  # вместо nn.Linear
        self.weight = начало(out_features, in_features)
        self.bias = начало(out_features) if bias else None

    def forward(self, x):
        выход = x @ self.weight.t()
        if self.bias is not None:
            выход += self.bias
        return выход

# %% max_margin_loss
def зазоры(оценки, ответы):
    return (1 - оценки * ответы).clip(min=0)


def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    штраф = torch.cat([параметр.flatten() for параметр in parameters]).square().sum()
    return зазоры(scores.ravel(), targets.ravel()).mean() + alpha * штраф

# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    число = len(x)
    if replacement:
        номера = (torch.rand(число, generator=generator) * число).long().clamp(max=число - 1)
    else:
        номера = torch.rand(число, generator=generator, dtype=torch.float64).argsort()
    пакеты = []
    for начало in range(0, число, batch_size):
        пакет = номера[начало : начало + batch_size]
        пакеты.append([x[пакет], y[пакет]])
    return пакеты

# %% plots
def подписать(оси, по_горизонтали, по_вертикали):
    оси.set(xlabel=по_горизонтали, ylabel=по_вертикали)
    оси.grid(True)
    return оси


def plot_loss(history):
    _, оси = plt.subplots()
    оси.plot(history, "o-", label="обучение")
    оси.axhline(min(history), linestyle="--")
    оси.legend()
    return подписать(оси, "эпоха", "потери")


def plot_predictions(reference, predicted):
    _, оси = plt.subplots()
    эталон, ответ = (torch.as_tensor(значения).flatten() for значения in (reference, predicted))
    оси.scatter(эталон, ответ, c="tab:green", marker="x")
    края = torch.cat([эталон, ответ]).aminmax()
    оси.plot([края.min, края.max], [края.min, края.max], "k--")
    return подписать(оси, "эталон", "предсказание")
