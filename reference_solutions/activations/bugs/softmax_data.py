# /// zachetka
# about = ".data cuts the graph."
# score = 0.98
# fails = ["softmax.gradient"]
# diagnosis = "softmax returns a tensor without a graph: no gradient can flow back."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits.data - logits.data.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
