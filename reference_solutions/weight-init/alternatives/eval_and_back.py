# /// zachetka
# about = "Statistics in eval mode, and the mode restored; gradients of a functional call."
# score = 1.0
# fails = []
# ///
# %% forward_statistics
@torch.no_grad()
def forward_statistics(model, x):
    mode = model.training
    model.eval()
    outputs, handles = [], []
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Linear):
            handles.append(layer.register_forward_hook(lambda m, i, o: outputs.append(o.clone())))
    model(x)
    [h.remove() for h in handles]
    model.train(mode)
    return [(o.mean().item(), o.var(unbiased=False).sqrt().item()) for o in outputs]


# %% gradient_statistics
from torch.func import functional_call


def gradient_statistics(model, x, y, loss_fn):
    values = {name: p.detach().clone().requires_grad_() for name, p in model.named_parameters()}
    loss = loss_fn(functional_call(model, values, (x,)), y)
    names = [f"{name}.weight".lstrip(".") for name, m in model.named_modules() if isinstance(m, nn.Linear)]
    grads = torch.autograd.grad(loss, [values[name] for name in names])
    return [math.sqrt(sum(v * v for v in g.flatten().tolist())) for g in grads]
