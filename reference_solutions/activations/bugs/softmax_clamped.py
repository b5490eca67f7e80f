# /// zachetka
# about = "Logits are clamped instead of shifted."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "the logits are cut off, so that differences between them are lost"
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits.clamp(-80, 80))
    return e / e.sum(dim, keepdim=True)
