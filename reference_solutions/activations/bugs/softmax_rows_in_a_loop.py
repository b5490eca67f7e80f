# /// zachetka
# about = "A loop over rows: only matrices, only the last dim."
# score = 0.98
# fails = ["softmax.dim"]
# ///
# %% softmax
def softmax(logits, dim=-1):
    out = []
    for row in logits:
        e = torch.exp(row - row.max())
        out.append(e / e.sum())
    return torch.stack(out)
