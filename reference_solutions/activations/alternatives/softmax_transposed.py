# /// zachetka
# about = "softmax of the last dimension, the others moved there."
# score = 1.0
# fails = []
# ///
# %% softmax
softmax = lambda logits, dim=-1: _last(logits.movedim(dim, -1)).movedim(-1, dim)


def _last(z):
    e = torch.exp(z - z.max(-1).values.unsqueeze(-1))
    return torch.einsum("...i,...->...i", e, 1 / e.sum(-1))
