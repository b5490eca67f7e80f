# /// zachetka
# about = "A scatter per sample, the diagonal in the coordinates of the Axes."
# score = 1.0
# fails = []
# ///
# %% plots
def plot_loss(history):
    fig, ax = plt.subplots()
    ax.step(range(len(history)), history, where="mid")
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    return ax


def plot_predictions(reference, predicted):
    fig, ax = plt.subplots()
    low, high = float("inf"), float("-inf")
    for r, p in zip(np.ravel(reference).tolist(), np.ravel(predicted).tolist()):
        ax.scatter([r], [p], color="blue")
        low, high = min(low, r, p), max(high, r, p)
    ax.set_xlim(low - 1, high + 1)
    ax.set_ylim(low - 1, high + 1)
    ax.plot([0, 1], [0, 1], transform=ax.transAxes, color="orange")
    ax.set_xlabel("true")
    ax.set_ylabel("predicted")
    return ax
