# /// zachetka
# about = "There is no argument dim."
# score = 0.98
# fails = ["softmax.dim"]
# ///
# %% softmax
def softmax(logits):
    e = torch.exp(logits - logits.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)
