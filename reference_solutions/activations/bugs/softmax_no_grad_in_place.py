# /// zachetka
# about = "The maximum is subtracted from the input itself, unseen by autograd."
# score = 0.98
# fails = ["softmax.gradient"]
# diagnosis = "softmax changes the logits that it is given"
# ///
# %% softmax
def softmax(logits, dim=-1):
    with torch.no_grad():
        logits -= logits.amax(dim, keepdim=True)
    e = torch.exp(logits)
    return e / e.sum(dim, keepdim=True)
