# /// zachetka
# about = "log_softmax."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "these are logarithms: this is log_softmax"
# ///
# %% softmax
def softmax(logits, dim=-1):
    return logits - torch.logsumexp(logits, dim, keepdim=True)
