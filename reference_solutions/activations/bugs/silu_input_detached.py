# /// zachetka
# about = "The factor x is detached."
# score = 0.98
# fails = [
#     "MySiLU.gradient",
#     "MySiLU.large_inputs",
# ]
# diagnosis = "the factor x is taken for a constant"
# ///
# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return x.detach() * MySigmoid()(x)
