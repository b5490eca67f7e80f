# /// zachetka
# about = "The maximum of the whole tensor is subtracted."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "softmax of logits up to 1e4 gives NaN: the maximum that is subtracted is that of the whole tensor, not of each row."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.max())
    return e / e.sum(dim, keepdim=True)
