# /// zachetka
# about = "Without keepdim the sums meet the wrong dimension."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "without keepdim=True the sums stand along the wrong dimension"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return e / e.sum(dim)
