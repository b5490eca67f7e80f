# /// zachetka
# about = "The name stands for a tensor."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "`softmax` is no function: is the name used again further down?"
# ///
# %% softmax
softmax = torch.ones(3) / 3
