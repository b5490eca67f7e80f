# /// zachetka
# about = "What reference is decides how predicted is read."
# score = 0.99
# fails = [
#     "plots.predictions_inputs",
# ]
# ///
# %% plots
def plot_loss(history):
    """A line with the loss of every epoch, on a new figure; returns the Axes."""
    fig, ax = plt.subplots(figsize=(5, 3))
    ax.plot(range(1, len(history) + 1), history)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    return ax


def plot_predictions(reference, predicted):
    """Points (reference, predicted) and the diagonal, on a new figure; returns the Axes.

    reference, predicted: (N,) or (N, 1), tensors, arrays or lists
    """
    if isinstance(reference, torch.Tensor):
        reference, predicted = reference.numpy(), predicted.numpy()
    elif isinstance(reference, list):
        reference, predicted = np.array(reference), np.array(predicted)
    reference, predicted = reference.reshape(-1), predicted.reshape(-1)
    ends = [min(reference.min(), predicted.min()), max(reference.max(), predicted.max())]
    fig, ax = plt.subplots(figsize=(4, 4))
    ax.scatter(reference, predicted, s=8)
    ax.plot(ends, ends, color="black", linewidth=1)
    ax.set_xlabel("reference")
    ax.set_ylabel("predicted")
    return ax
