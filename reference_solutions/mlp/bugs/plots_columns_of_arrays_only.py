# /// zachetka
# about = "Arrays are taken for columns."
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
    if isinstance(reference, np.ndarray):
        reference = reference[:, 0]
    if isinstance(predicted, np.ndarray):
        predicted = predicted[:, 0]
    reference = np.asarray(reference).reshape(-1)
    predicted = np.asarray(predicted).reshape(-1)
    ends = [min(reference.min(), predicted.min()), max(reference.max(), predicted.max())]
    fig, ax = plt.subplots(figsize=(4, 4))
    ax.scatter(reference, predicted, s=8)
    ax.plot(ends, ends, color="black", linewidth=1)
    ax.set_xlabel("reference")
    ax.set_ylabel("predicted")
    return ax
