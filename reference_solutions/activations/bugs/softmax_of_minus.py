# /// zachetka
# about = "The sign of the logits is wrong."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the sign of the logits is wrong"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits.amin(dim, keepdim=True) - logits)
    return e / e.sum(dim, keepdim=True)
