# /// zachetka
# about = "The diagonal is an arrow from the lowest to the highest value."
# score = 1.0
# fails = []
# ///
# %% plots
def plot_loss(history):
    _, axes = plt.subplots()
    axes.plot(range(1, 1 + len(history)), history)
    axes.set(xlabel="epoch", ylabel="loss")
    return axes


def plot_predictions(reference, predicted):
    r, p = np.ravel(reference), np.ravel(predicted)
    _, axes = plt.subplots()
    axes.scatter(r, p)
    lo, hi = min(r.min(), p.min()), max(r.max(), p.max())
    axes.arrow(lo, lo, hi - lo, hi - lo, color="r", length_includes_head=True)
    axes.set(xlabel="reference", ylabel="predicted")
    return axes
