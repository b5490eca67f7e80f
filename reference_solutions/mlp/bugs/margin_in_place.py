# /// zachetka
# about = "The targets become a column in place."
# score = 0.98
# fails = [
#     "max_margin_loss.hinge",
# ]
# diagnosis = "changes the scores or the targets"
# ///
# %% max_margin_loss
def max_margin_loss(scores, targets, parameters, *, alpha=1e-4):
    """The mean hinge of the margins plus alpha times the sum of squares of all parameters.

    scores: (N,) or (N, 1), targets of -1 and 1: (N,) -> a tensor of one number
    """
    targets.unsqueeze_(-1)
    hinge = torch.relu(1 - targets * scores.reshape(-1, 1)).mean()
    return hinge + alpha * sum(p.square().sum() for p in parameters)
