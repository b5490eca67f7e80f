# /// zachetka
# about = "The maximum is subtracted from the input itself."
# score = 0.98
# fails = ["softmax.gradient"]
# ///
# %% softmax
def softmax(logits, dim=-1):
    logits -= logits.amax(dim, keepdim=True)
    e = torch.exp(logits)
    return e / e.sum(dim, keepdim=True)
