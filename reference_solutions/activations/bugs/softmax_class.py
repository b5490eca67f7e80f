# /// zachetka
# about = "A class for the function."
# score = 0.9
# fails = [
#     "softmax.rows",
#     "softmax.dim",
#     "softmax.large_logits",
#     "softmax.gradient",
# ]
# diagnosis = "`softmax` is a class; a function is wanted: softmax(logits, dim=-1)."
# ///
# %% softmax
class softmax(nn.Module):
    def forward(self, logits, dim=-1):
        return torch.exp(logits - torch.logsumexp(logits, dim, keepdim=True))
