# /// zachetka
# about = "The default is dimension 0."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the sums run along dimension 0, not along -1"
# ///
# %% softmax
def softmax(logits, dim=0):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
