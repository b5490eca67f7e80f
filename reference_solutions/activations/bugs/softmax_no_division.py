# /// zachetka
# about = "exp, but no division."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the division is missing: exp(logits - max)"
# ///
# %% softmax
def softmax(logits, dim=-1):
    return torch.exp(logits - logits.amax(dim, keepdim=True))
