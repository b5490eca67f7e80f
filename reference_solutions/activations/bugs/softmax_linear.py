# /// zachetka
# about = "The logits divided by their sum."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the logits themselves are divided by their sum: exp is missing"
# ///
# %% softmax
def softmax(logits, dim=-1):
    return logits / logits.sum(dim, keepdim=True)
