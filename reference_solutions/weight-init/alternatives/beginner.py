# /// zachetka
# about = "Long-winded and plain: .data everywhere, globals, prints, a running list of hooks."
# score = 1.0
# fails = []
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    layer.weight.data = layer.weight.data * 0
    if layer.bias != None:
        layer.bias.data = layer.bias.data * 0
    return layer


def init_ones_(layer):
    layer.weight.data = layer.weight.data * 0 + 1
    if layer.bias != None:
        layer.bias.data = layer.bias.data * 0
    return layer


# %% init_kaiming
def init_kaiming_uniform_(layer):
    fan_in, fan_out = fan_in_and_fan_out(layer.weight)
    a = (6 / fan_in) ** 0.5
    new_weight = torch.zeros(fan_out, fan_in)
    new_weight.uniform_(-a, a)
    layer.weight.data = new_weight
    if layer.bias is not None:
        layer.bias.data.zero_()
    print("kaiming uniform:", a)


def init_kaiming_normal_(layer):
    fan_in, fan_out = fan_in_and_fan_out(layer.weight)
    new_weight = torch.randn(fan_out, fan_in)
    new_weight = new_weight * (2 / fan_in) ** 0.5
    layer.weight.data = new_weight
    if layer.bias is not None:
        layer.bias.data.zero_()
    print("kaiming normal:", (2 / fan_in) ** 0.5)


# %% apply_init
def apply_init(model, init_):
    modules = list(model.modules())
    for i in range(len(modules)):
        if type(modules[i]) == nn.Linear:
            init_(modules[i])
    return model


# %% forward_statistics
OUTPUTS = []


def save_output(layer, inp, out):
    global OUTPUTS
    OUTPUTS.append(out.detach().clone())


def forward_statistics(model, x):
    global OUTPUTS
    OUTPUTS = []
    hooks = []
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            hooks.append(layer.register_forward_hook(save_output))
    model(x)
    for hook in hooks:
        hook.remove()
    answer = []
    for out in OUTPUTS:
        mean = out.mean().item()
        std = ((out - mean) ** 2).mean().sqrt().item()
        answer.append((mean, std))
    return answer


# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    saved = []
    for p in model.parameters():
        saved.append(p.grad)
        p.grad = None
    out = model(x)
    loss = loss_fn(out, y)
    loss.backward()
    answer = []
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            g = layer.weight.grad
            total = 0.0
            for row in g:
                for value in row:
                    total += value.item() ** 2
            answer.append(total**0.5)
    i = 0
    for p in model.parameters():
        p.grad = saved[i]
        i += 1
    return answer


# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    layers = []
    for i in range(depth):
        if i == 0:
            layers.append(nn.Linear(2, width))
            layers.append(nn.ReLU())
        elif i == depth - 1:
            layers.append(nn.Linear(width, 1))
        else:
            layers.append(nn.Linear(width, width))
            layers.append(nn.ReLU())
    model = nn.Sequential(*layers)
    for layer in layers:
        if isinstance(layer, nn.Linear):
            init_(layer)
    loss_function = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    y = y.reshape(-1, 1)
    history = []
    for epoch in range(epochs):
        indices = torch.randperm(x.shape[0])
        x_shuffled = x[indices]
        y_shuffled = y[indices]
        sum_loss = 0
        count = 0
        for i in range(0, x.shape[0], batch_size):
            xb = x_shuffled[i : i + batch_size]
            yb = y_shuffled[i : i + batch_size]
            optimizer.zero_grad()
            pred = model(xb)
            loss = loss_function(pred, yb)
            loss.backward()
            optimizer.step()
            sum_loss = sum_loss + loss.item()
            count = count + 1
        history.append(sum_loss / count)
        if epoch % 10 == 0:
            print(f"epoch {epoch}: {history[-1]:.4f}")
    return model, history
