# /// zachetka
# about = "The sum is detached."
# score = 0.98
# fails = ["softmax.gradient"]
# diagnosis = "the sum is taken for a constant: is it detached?"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True).detach()
