# /// zachetka
# about = "The diagonal is an arrow of length one."
# score = 0.99
# fails = [
#     "plots.diagonal",
# ]
# diagnosis = "only a short piece"
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
    lo = min(r.min(), p.min())
    axes.arrow(lo, lo, 1, 1, color="r", length_includes_head=True)
    axes.set(xlabel="reference", ylabel="predicted")
    return axes
