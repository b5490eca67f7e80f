# /// zachetka
# about = "The mean is subtracted, not the maximum."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "softmax of logits up to 1e4 gives NaN or infinity: exp has overflowed."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.mean(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
