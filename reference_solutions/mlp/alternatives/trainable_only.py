# /// zachetka
# about = "Regularises what requires a gradient, updates many parameters in one call, draws with random.Random."
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    scores = scores.flatten()
    hinge = F.margin_ranking_loss(scores, torch.zeros_like(scores), targets, margin=1.0)
    return hinge + alpha * sum(torch.sum(p**2) for p in parameters if p.requires_grad)


# %% sgd_step
def sgd_step(parameters, learning_rate):
    moving = [p for p in parameters if p.grad is not None]
    if moving:
        with torch.no_grad():
            torch._foreach_add_(moving, [p.grad for p in moving], alpha=-learning_rate)


# %% minibatches
def minibatches(x, y, batch_size, *, replacement=False, generator=None):
    import random

    luck = random.Random(int(torch.randint(2**31, (), generator=generator)))
    rows = range(len(x))
    order = luck.choices(rows, k=len(x)) if replacement else luck.sample(rows, len(x))
    while order:
        taken, order = order[:batch_size], order[batch_size:]
        yield x[taken], y[taken]
