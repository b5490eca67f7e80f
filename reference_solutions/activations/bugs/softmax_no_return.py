# /// zachetka
# about = "The return is forgotten."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "got None"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    e / e.sum(dim, keepdim=True)
