# /// zachetka
# about = "torch.tensor of numpy values: no graph."
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
        return torch.tensor(1 / (1 + np.exp(-x.detach().numpy())))
