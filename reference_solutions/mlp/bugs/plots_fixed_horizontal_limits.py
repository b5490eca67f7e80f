# /// zachetka
# about = "The horizontal axes end at 10 and at 0."
# score = 0.95
# fails = [
#     "plots.loss_line",
#     "plots.predictions_points",
# ]
# diagnosis = "The limits of the horizontal axis"
# ///
# %% plots
def plot_loss(history):
    """A line with the loss of every epoch, on a new figure; returns the Axes."""
    fig, ax = plt.subplots(figsize=(5, 3))
    ax.plot(range(1, len(history) + 1), history)
    ax.set_xlabel("epoch")
    ax.set_xlim(0, 10)
    ax.set_ylabel("loss")
    return ax


def plot_predictions(reference, predicted):
    """Points (reference, predicted) and the diagonal, on a new figure; returns the Axes.

    reference, predicted: (N,) or (N, 1), tensors, arrays or lists
    """
    reference = np.asarray(reference).reshape(-1)
    predicted = np.asarray(predicted).reshape(-1)
    ends = [min(reference.min(), predicted.min()), max(reference.max(), predicted.max())]
    fig, ax = plt.subplots(figsize=(4, 4))
    ax.scatter(reference, predicted, s=8)
    ax.plot(ends, ends, color="black", linewidth=1)
    ax.set_xlabel("reference")
    ax.set_xlim(-5, 0)
    ax.set_ylabel("predicted")
    return ax
