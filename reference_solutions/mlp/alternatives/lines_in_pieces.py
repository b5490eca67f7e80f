# /// zachetka
# about = "Both lines are drawn piece by piece."
# score = 1.0
# fails = []
# ///
# %% plots
def plot_loss(history):
    """A line with the loss of every epoch, on a new figure; returns the Axes."""
    fig, ax = plt.subplots(figsize=(5, 3))
    for i in range(1, len(history)):
        ax.plot([i, i + 1], history[i - 1 : i + 1], color="C0")
    ax.set_xlabel("epoch")
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
    steps = np.linspace(*ends, 6)
    for low, high in zip(steps[:-1], steps[1:]):
        ax.plot([low, high], [low, high], color="black", linewidth=1)
    ax.set_xlabel("reference")
    ax.set_ylabel("predicted")
    return ax
