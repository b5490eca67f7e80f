# /// zachetka
# about = "A sigmoid for each logit."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "every logit goes through a sigmoid on its own"
# ///
# %% softmax
def softmax(logits, dim=-1):
    return torch.sigmoid(logits)
