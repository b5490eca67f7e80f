# /// zachetka
# about = "Plots by seaborn."
# score = 1.0
# fails = []
# ///
# %% plots
import seaborn as sns


def plot_loss(history):
    fig, ax = plt.subplots()
    sns.lineplot(x=range(1, len(history) + 1), y=history, ax=ax)
    ax.set(xlabel="epoch", ylabel="loss")
    return ax


def plot_predictions(reference, predicted):
    reference = np.asarray(reference).flatten()
    predicted = np.asarray(predicted).flatten()
    plt.figure()
    ax = sns.scatterplot(x=reference, y=predicted, hue=np.abs(reference - predicted), legend=False)
    ax.axline((reference[0], reference[0]), (reference[0] + 1, reference[0] + 1))
    ax.set_xlabel("reference")
    ax.set_ylabel("predicted")
    return ax
