# /// zachetka
# about = "The margin is 0.5."
# score = 0.98
# fails = [
#     "max_margin_loss.hinge",
# ]
# diagnosis = "the margin is 0.5, not 1"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(0.5 - targets * scores.reshape(-1)).mean()
    penalty = sum(p.pow(2).sum() for p in parameters)
    return hinge + alpha * penalty
