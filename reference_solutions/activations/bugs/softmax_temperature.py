# /// zachetka
# about = "The logits are divided by the root of their number."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the logits are divided by a number first"
# ///
# %% softmax
def softmax(logits, dim=-1):
    z = logits / logits.shape[dim] ** 0.5
    e = torch.exp(z - z.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
