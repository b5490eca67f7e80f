# /// zachetka
# about = "bmm and baddbmm for the layer, batches cut from shuffled copies, hollow markers."
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.bilinear = None
        self.weight = nn.Parameter(torch.empty(out_features, in_features).normal_(std=0.01))
        self.bias = nn.Parameter(torch.zeros(out_features)) if bias else None
    def forward(self, x):
        shape = x.shape[:-1]
        x = x.reshape(-1, 1, x.shape[-1])
        w = self.weight.T.expand(len(x), -1, -1)
        out = torch.bmm(x, w) if self.bias is None else torch.baddbmm(self.bias.expand(len(x), 1, -1), x, w)
        return out.reshape(*shape, -1)
# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        dims = [*hidden_dims]
        self.flatten = nn.Flatten()
        self.activation_cls = activation_cls
        self.hidden_layers = nn.ModuleList()
        last = input_dim
        for i, d in enumerate(dims):
            layer = nn.Linear(last, d)
            if i == 0: self.input_layer = layer
            else: self.hidden_layers += [layer]
            last = d
        self.output_layer = nn.Linear(last, output_dim)
        self.activations = [activation_cls() for _ in dims]
    def forward(self, x):
        x = self.flatten(x)
        for f, layer in zip(self.activations, [self.input_layer, *self.hidden_layers]):
            x = f(layer(x))
        return self.output_layer(x)
def count_parameters(model):
    n = 0
    for m in model.modules():
        for p in m.parameters(recurse=False):
            if p.requires_grad: n += p.numel()
    return n
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    n = targets.shape[0]
    loss = F.hinge_embedding_loss((targets * scores.view(n)), -torch.ones(n), margin=1.0, reduction="none")
    reg = torch.stack([(p ** 2).sum() for p in parameters]).sum()
    return loss.mean() + alpha * reg
# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    n = len(x)
    order = torch.randint(0, n, (n,), generator=generator) if replacement else torch.randperm(n, generator=generator)
    return zip(x[order].split(batch_size), y[order].split(batch_size))
# %% train
def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    history = torch.zeros(epochs)
    for e in range(epochs):
        total, seen = 0.0, 0
        for batch in minibatches(x=x, y=y, batch_size=batch_size, generator=generator):
            model.requires_grad_(True)
            loss = loss_fn(model, *batch)
            for p in model.parameters(): p.grad = None
            loss.backward(retain_graph=False)
            sgd_step(parameters=model.parameters(), learning_rate=learning_rate)
            with torch.no_grad(): total += float(loss.detach()) * batch[0].shape[0]; seen += batch[0].shape[0]
        history[e] = total / seen
    return [h.item() for h in history]
def accuracy(model, x, targets):
    model.eval()
    with torch.no_grad(): s = model(x)
    s = s.view(-1)
    right = ((s > 0) & (targets > 0)) | ((s < 0) & (targets < 0))
    return right.sum().item() / right.numel()
# %% plots
def plot_loss(history):
    fig = plt.figure(); plt.subplot(111)
    plt.plot(range(len(history)), history, drawstyle="steps-mid", label="loss"); plt.legend(); plt.xlabel("e"); plt.ylabel("l"); plt.tight_layout()
    return plt.gca()
def plot_predictions(reference, predicted):
    fig = plt.figure(); ax = plt.subplot(1, 1, 1)
    reference, predicted = [torch.as_tensor(v).detach().cpu().numpy().squeeze() for v in (reference, predicted)]
    plt.scatter(reference, predicted, facecolors="none", edgecolors="b", s=np.full(len(reference), 12.0))
    lims = [np.min([ax.get_xlim(), ax.get_ylim()]), np.max([ax.get_xlim(), ax.get_ylim()])]
    plt.plot(lims, lims, "k-", alpha=0.75, zorder=0)
    plt.xlim(lims); plt.ylim(lims); plt.xlabel("true"); plt.ylabel("pred")
    return ax
