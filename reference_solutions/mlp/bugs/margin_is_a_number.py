# /// zachetka
# about = "The loss is a Python number."
# score = 0.9
# fails = [
#     "max_margin_loss.hinge",
#     "max_margin_loss.column_scores",
#     "max_margin_loss.regularisation",
#     "max_margin_loss.margin_generator",
#     "max_margin_loss.default_alpha",
#     "max_margin_loss.margin_gradients",
# ]
# diagnosis = "The loss is a Python number"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, alpha=1e-4):
    """Mean hinge loss plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets: (N,) of -1/+1, parameters: an iterable of tensors -> loss: ()
    """
    hinge = F.relu(1 - targets * scores.reshape(-1)).mean()
    penalty = sum(p.pow(2).sum() for p in parameters)
    return (hinge + alpha * penalty).item()
