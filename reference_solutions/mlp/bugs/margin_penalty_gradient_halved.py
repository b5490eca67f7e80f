# /// zachetka
# about = "Half of the penalty is detached."
# score = 0.98
# fails = [
#     "max_margin_loss.margin_gradients",
# ]
# diagnosis = "it is 0.5 times what it must be"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(1 - targets * scores.reshape(-1)).mean()
    penalty = sum((p * p.detach()).sum() for p in parameters)
    return hinge + alpha * penalty
