# /// zachetka
# about = "The modules call the notebook's own Functions, whose backward never sees an infinity."
# score = 1.0
# fails = []
# ///
# %% MySigmoid
class MySigmoid(nn.Module):
    def forward(self, x):
        return SigmoidFunction.apply(x)

# %% MySiLU
class MySiLU(nn.Module):
    def forward(self, x):
        return SiLUFunction.apply(x)

# %% MyTanh
class MyTanh(nn.Module):
    def forward(self, x):
        return 2 * SigmoidFunction.apply(2 * x) - 1
