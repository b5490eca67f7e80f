# /// zachetka
# about = "(N, 1) against (N,) becomes (N, N)."
# score = 0.98
# fails = [
#     "max_margin_loss.column_scores",
# ]
# diagnosis = "broadcast against each other to (N, N)"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(1 - targets * scores).mean()
    penalty = sum(p.pow(2).sum() for p in parameters)
    return hinge + alpha * penalty
