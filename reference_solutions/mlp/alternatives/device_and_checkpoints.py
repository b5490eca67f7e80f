# /// zachetka
# about = "train and accuracy ask the model for its device; the best model is saved whole."
# score = 1.0
# fails = []
# ///
# %% train
import io


def train(model, x, y, *, loss_fn, epochs, batch_size, learning_rate, generator=None):
    device = next(model.parameters()).device
    model = model.to(device)
    history, best = [], io.BytesIO()
    for epoch in range(epochs):
        running, seen = 0.0, 0
        for xb, yb in minibatches(x.to(device), y.to(device), batch_size, generator=generator):
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model, xb, yb)
            loss.backward()
            sgd_step(model.parameters(), learning_rate)
            running, seen = running + loss.item() * xb.shape[0], seen + xb.shape[0]
        history.append(running / seen)
        if history[-1] == min(history):
            best.seek(0)
            torch.save(model, best)
    return history


def accuracy(model, x, targets):
    param = next(iter(model.parameters()))
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        scores = model(x.to(param.device, param.dtype))
    model.train(was_training)
    scores = scores.cpu().detach().numpy().ravel()
    hits = np.count_nonzero(np.sign(scores) == targets.cpu().numpy())
    return hits / targets.numel()
