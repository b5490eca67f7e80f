# /// zachetka
# about = "The maxima of the columns are subtracted, and the rows are summed."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "the maxima that are subtracted run along dimension 0, not along -1"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(0, keepdim=True))
    return e / e.sum(dim, keepdim=True)
