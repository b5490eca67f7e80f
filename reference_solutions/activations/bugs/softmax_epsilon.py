# /// zachetka
# about = "A constant added below the fraction: the sums are less than 1."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "The rows of softmax of large logits do not sum to 1."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return e / (e.sum(dim, keepdim=True) + 0.1)
