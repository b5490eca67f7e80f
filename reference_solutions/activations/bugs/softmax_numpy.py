# /// zachetka
# about = "Computed in numpy: no graph."
# score = 0.98
# fails = ["softmax.gradient"]
# diagnosis = "softmax returns a tensor without a graph: no gradient can flow back."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = np.exp(logits.detach().numpy() - logits.detach().numpy().max(dim, keepdims=True))
    return torch.from_numpy(e / e.sum(dim, keepdims=True))
