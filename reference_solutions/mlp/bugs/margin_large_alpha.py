# /// zachetka
# about = "Another default for alpha."
# score = 0.99
# fails = [
#     "max_margin_loss.default_alpha",
# ]
# diagnosis = "the default is another one"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-2):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(1 - targets * scores.reshape(-1)).mean()
    penalty = sum(p.pow(2).sum() for p in parameters)
    return hinge + alpha * penalty
