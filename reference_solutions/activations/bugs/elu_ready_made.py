# /// zachetka
# about = "nn.functional.elu under an alias."
# score = 0.94
# fails = [
#     "MyELU.values",
#     "MyELU.shapes",
#     "MyELU.gradient",
#     "MyELU.large_inputs",
#     "MyELU.float64",
#     "MyELU.parameter",
# ]
# diagnosis = "uses the ready-made activation `torch.nn.functional.elu`"
# ///
# %% MyELU
import torch.nn.functional as f


class MyELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return f.elu(x, self.alpha)
