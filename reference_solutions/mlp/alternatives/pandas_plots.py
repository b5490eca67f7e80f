# /// zachetka
# about = "Plots by pandas."
# score = 1.0
# fails = []
# ///
# %% plots
import pandas as pd


def plot_loss(history):
    fig, ax = plt.subplots()
    pd.Series(history, name="loss").plot(ax=ax, xlabel="epoch", ylabel="loss")
    return ax


def plot_predictions(reference, predicted):
    table = pd.DataFrame({"reference": np.ravel(reference), "predicted": np.ravel(predicted)})
    fig, ax = plt.subplots()
    table.plot.scatter(x="reference", y="predicted", ax=ax)
    line = np.linspace(table.to_numpy().min(), table.to_numpy().max(), 50)
    ax.plot(line, line)
    return ax
