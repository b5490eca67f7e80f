# /// zachetka
# about = "What was there is restored, but was in the answer, too."
# score = 0.99
# fails = ["gradient_statistics.called_twice"]
# diagnosis = "the new gradients are added to those that the parameters had"
# ///
# %% gradient_statistics
def gradient_statistics(model, x, y, loss_fn):
    saved = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    loss_fn(model(x), y).backward()
    norms = [m.weight.grad.norm().item() for m in model.modules() if isinstance(m, nn.Linear)]
    for p, grad in zip(model.parameters(), saved):
        p.grad = grad
    return norms
