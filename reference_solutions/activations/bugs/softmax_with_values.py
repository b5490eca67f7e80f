# /// zachetka
# about = "The values come back with their sum."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "got tuple of length 2"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True), e.sum()
