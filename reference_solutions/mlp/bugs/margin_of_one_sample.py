# /// zachetka
# about = "squeeze() leaves nothing to walk over of the scores of one sample."
# score = 0.98
# fails = [
#     "max_margin_loss.column_scores",
# ]
# diagnosis = "0-d tensor"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    pairs = zip(scores.squeeze(), targets)
    hinge = torch.stack([F.relu(1 - t * s) for s, t in pairs]).mean()
    penalty = sum(p.pow(2).sum() for p in parameters)
    return hinge + alpha * penalty
