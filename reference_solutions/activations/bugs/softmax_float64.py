# /// zachetka
# about = "float64 comes back."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "got float64 tensor (5, 5)"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits.double() - logits.double().amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
