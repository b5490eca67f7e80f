# /// zachetka
# about = "dim is not used."
# score = 0.98
# fails = ["softmax.dim"]
# diagnosis = "the sums run along dimension 2, not along 0"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)
