# /// zachetka
# about = "log(e) of an e that is 0: right values, NaN gradients."
# score = 0.97
# fails = ["softmax.large_logits"]
# diagnosis = "The gradient of softmax at logits up to 1e4 contains NaN or infinity, though the values are right."
# ///
# %% softmax
def softmax(logits, dim=-1):
    e = torch.exp(logits - logits.amax(dim, keepdim=True))
    return torch.exp(torch.log(e) - torch.log(e.sum(dim, keepdim=True)))
