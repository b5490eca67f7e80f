# /// zachetka
# about = "A third argument without a default."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# ///
# %% softmax
def softmax(logits, dim, temperature):
    e = torch.exp((logits - logits.amax(dim, keepdim=True)) / temperature)
    return e / e.sum(dim, keepdim=True)
