# /// zachetka
# about = "No maximum is subtracted: exp overflows."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "softmax of logits up to 1e4 gives NaN or infinity: exp has overflowed."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits)
    return e / e.sum(dim, keepdim=True)
