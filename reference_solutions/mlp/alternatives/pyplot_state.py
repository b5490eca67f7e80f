# /// zachetka
# about = "plt.figure, plt.plot, plt.gca; the diagonal by plt.axline."
# score = 1.0
# fails = []
# ///
# %% plots
def plot_loss(history):
    plt.figure(figsize=(6, 4))
    plt.plot(np.arange(1, len(history) + 1), np.array(history), color="red")
    plt.xlabel("Epoch")
    plt.ylabel("Loss")
    plt.title("Training")
    return plt.gca()


def plot_predictions(reference, predicted):
    fig = plt.figure()
    plt.scatter(reference, predicted, alpha=0.5)
    plt.axline((0, 0), slope=1, color="gray")
    plt.xlabel("reference")
    plt.ylabel("approximated")
    return fig.gca()
