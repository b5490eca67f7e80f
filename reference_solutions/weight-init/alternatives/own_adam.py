# /// zachetka
# about = "Adam and the cross-entropy written by hand; the global generator is given back as it was."
# score = 1.0
# fails = []
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0, verbose=False
):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        stack = nn.Sequential()
        for k in range(depth):
            stack.append(nn.Linear(2 if k == 0 else width, 1 if k == depth - 1 else width))
            if k < depth - 1:
                stack.append(nn.ReLU(inplace=True))
        stack.apply(lambda m: init_(m) if isinstance(m, nn.Linear) else None)
        params = list(stack.parameters())
        first, second = ([torch.zeros_like(p) for p in params] for _ in range(2))
        history, step = [], 0
        for epoch in range(epochs):
            epoch_loss = 0
            order = torch.randperm(x.shape[0])
            for start in range(0, x.shape[0], batch_size):
                part = order[start : start + batch_size]
                logits, target = stack(x[part]), y[part].unsqueeze(1)
                loss = (F.softplus(logits) - target * logits).sum() / len(part)
                grads = torch.autograd.grad(loss, params)
                step += 1
                with torch.no_grad():
                    for p, g, m, v in zip(params, grads, first, second):
                        m.mul_(0.9).add_(g, alpha=0.1)
                        v.mul_(0.999).addcmul_(g, g, value=0.001)
                        rate = learning_rate * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                        p.addcdiv_(m, v.sqrt().add_(1e-8), value=-rate)
                epoch_loss += loss.item() * len(part) / len(x)
            history.append(epoch_loss)
            if verbose:
                print(epoch, epoch_loss)
    return stack, history
