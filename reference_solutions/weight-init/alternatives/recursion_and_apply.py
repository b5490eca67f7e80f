# /// zachetka
# about = "apply_init by recursion; statistics by a hook on every module at once."
# score = 1.0
# fails = []
# ///
# %% apply_init
def apply_init(model, init_):
    if isinstance(model, nn.Linear):
        init_(model)
    for child in model.children():
        apply_init(child, init_)
    return model


# %% forward_statistics
from torch.nn.modules.module import register_module_forward_hook


def forward_statistics(model, x):
    found = []

    def record(module, args, output):
        if isinstance(module, nn.Linear):
            values = output.detach().double().reshape(-1)
            mean = values.sum() / values.numel()
            found.append((float(mean), float(((values - mean) ** 2).mean().sqrt())))

    handle = register_module_forward_hook(record)
    try:
        model(x)
    finally:
        handle.remove()
    return found


# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    saved = {name: p.grad for name, p in model.named_parameters()}
    for p in model.parameters():
        p.grad = None
    loss_fn(model(x), y).backward()
    norms = [float(m.weight.grad.pow(2).sum() ** 0.5) for m in model.modules() if isinstance(m, nn.Linear)]
    for name, p in model.named_parameters():
        p.grad = saved[name]
    return norms
