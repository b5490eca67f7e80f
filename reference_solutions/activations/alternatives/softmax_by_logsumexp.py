# /// zachetka
# about = "softmax as exp(z - logsumexp(z))."
# score = 1.0
# fails = []
# ///
# %% softmax
def softmax(logits, dim=-1):
    """Вероятности."""
    shifted = logits - torch.amax(logits, dim=dim, keepdim=True).detach()
    return torch.exp(shifted - torch.log(torch.exp(shifted).sum(dim=dim, keepdim=True)))
