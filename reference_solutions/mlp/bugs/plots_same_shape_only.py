# /// zachetka
# about = "reference and predicted must have one shape."
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
    both = np.stack([np.asarray(reference), np.asarray(predicted)])
    reference, predicted = both.reshape(2, -1)
    ends = [min(reference.min(), predicted.min()), max(reference.max(), predicted.max())]
    fig, ax = plt.subplots(figsize=(4, 4))
    ax.scatter(reference, predicted, s=8)
    ax.plot(ends, ends, color="black", linewidth=1)
    ax.set_xlabel("reference")
    ax.set_ylabel("predicted")
    return ax
