# /// zachetka
# about = "Plain beginner's code: prints, try and except, asserts, many variables."
# ///
# %% MyLinear
import math


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super(MyLinear, self).__init__()
        k = math.sqrt(1 / in_features)
        w = torch.zeros(out_features, in_features)
        for i in range(out_features):
            for j in range(in_features):
                w[i, j] = np.random.uniform(-k, k)
        self.weight = torch.nn.Parameter(w, requires_grad=True)
        if bias == True:
            b = torch.zeros(out_features)
            self.bias = torch.nn.Parameter(b)
        else:
            self.bias = None

    def forward(self, x):
        print("x:", x.shape)
        y = torch.matmul(x, torch.transpose(self.weight, 0, 1))
        if self.bias != None:
            y = torch.add(y, self.bias)
        return y


# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super(MyMLP, self).__init__()
        n = len(hidden_dims)
        self.input_layer = nn.Linear(input_dim, hidden_dims[0])
        layers = []
        if n > 1:
            for i in range(n - 1):
                layers.append(nn.Linear(hidden_dims[i], hidden_dims[i + 1]))
        self.hidden_layers = nn.ModuleList(layers)
        self.output_layer = nn.Linear(hidden_dims[n - 1], output_dim)
        self.relu = activation_cls()

    def forward(self, x):
        N = x.shape[0]
        x = x.contiguous().view(N, -1)
        x = self.input_layer(x)
        x = self.relu(x)
        for i in range(len(self.hidden_layers)):
            x = self.hidden_layers[i](x)
            x = self.relu(x)
        x = self.output_layer(x)
        return x


def count_parameters(model):
    k = 0
    for name, p in model.named_parameters():
        if p.requires_grad:
            n = 1
            for s in p.size():
                n = n * s
            k = k + n
    return k


# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    try:
        N, one = scores.shape
        assert one == 1
        scores = scores[:, 0]
    except ValueError:
        N = scores.shape[0]
    losses = []
    for i in range(N):
        losses.append(torch.max(torch.tensor(0.0), 1 - targets[i] * scores[i]))
    first = sum(losses) / N
    second = torch.tensor(0.0)
    for p in parameters:
        second = second + (p.flatten() ** 2).sum()
    return first + alpha * second


# %% sgd_step
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            pass
        else:
            p.requires_grad = False
            p -= learning_rate * p.grad
            p.requires_grad = True
    return


# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    N = len(x)
    batch_size = min(batch_size, N)
    number = math.ceil(N / batch_size)
    if generator is None:
        generator = torch.Generator()
        generator.seed()
    if replacement:
        idx = [torch.randint(0, N, size=(1,), generator=generator)[0].item() for i in range(N)]
    else:
        idx = torch.randperm(N, generator=generator).tolist()
    result = []
    for i in range(number):
        a = i * batch_size
        b = (i + 1) * batch_size
        result.append((x[idx[a:b]], y[idx[a:b]]))
    return result


# %% plots
def plot_loss(history):
    fig, ax = plt.subplots()
    x = []
    for i in range(len(history)):
        x.append(i + 1)
    ax.plot(x, history, "r", label="train")
    plt.legend()
    plt.xlabel("Эпоха")
    plt.ylabel("Ошибка")
    return ax


def plot_predictions(reference, predicted):
    reference = torch.tensor(reference).view(-1)
    predicted = torch.tensor(predicted).view(-1)
    f, axes = plt.subplots(1, 1)
    axes.scatter(reference, predicted, marker=".")
    m = max(reference.max().item(), predicted.max().item())
    axes.plot([-m, m], [-m, m])
    plt.xlabel("Правильно")
    plt.ylabel("Предсказано")
    plt.title("Точность")
    return axes
