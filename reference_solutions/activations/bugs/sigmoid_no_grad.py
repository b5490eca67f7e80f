# /// zachetka
# about = "no_grad cuts the graph."
# score = 0.98
# fails = [
#     "MySigmoid.gradient",
#     "MySigmoid.large_inputs",
# ]
# diagnosis = "`MySigmoid()(x)` has no graph: no gradient can flow back to x"
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            return 1 / (1 + torch.exp(-x.clamp(-80, 80)))
