# /// zachetka
# about = "Points drawn as a line of markers, the diagonal as a segment over the limits."
# score = 1.0
# fails = []
# ///
# %% plots
def plot_loss(history):
    fig = plt.figure()
    ax = fig.add_subplot(1, 1, 1)
    ax.semilogy(list(range(len(history))), history, marker=".")
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss (log)")
    return ax


def plot_predictions(reference, predicted):
    reference, predicted = np.array(reference).ravel(), np.array(predicted).ravel()
    fig, ax = plt.subplots()
    ax.plot(reference, predicted, "o", markersize=3)
    lo = min(ax.get_xlim()[0], ax.get_ylim()[0])
    hi = max(ax.get_xlim()[1], ax.get_ylim()[1])
    ax.plot([lo, hi], [lo, hi])
    ax.set_xlim(lo, hi)
    ax.set_ylim(lo, hi)
    ax.set_aspect("equal")
    ax.set_xlabel("y")
    ax.set_ylabel("model(x)")
    return ax
