# /// zachetka
# about = "Biases are not regularised."
# score = 0.96
# fails = [
#     "max_margin_loss.regularisation",
#     "max_margin_loss.margin_gradients",
# ]
# diagnosis = "(biases) are left out"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(1 - targets * scores.reshape(-1)).mean()
    penalty = sum(p.pow(2).sum() for p in parameters if p.dim() > 1)
    return hinge + alpha * penalty
