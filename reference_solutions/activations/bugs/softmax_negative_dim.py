# /// zachetka
# about = "dim counts from the front only."
# score = 0.98
# fails = ["softmax.dim"]
# diagnosis = "the sums run along dimension 2, not along -2"
# ///
# %% softmax
def softmax(logits, dim=-1):
    axes = [i for i in range(logits.ndim) if i == dim] or [logits.ndim - 1]
    e = torch.exp(logits - logits.amax(axes, keepdim=True))
    return e / e.sum(axes, keepdim=True)
