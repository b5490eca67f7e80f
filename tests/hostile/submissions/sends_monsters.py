# /// hostile
# about = "Values that are deep, cyclic, endless or half a character."
# score = 0.0
# causes = { "double.values" = "wrong_type", "Scale.forward" = "wrong_type", "Scale.gradient" = "error", "word.word" = "wrong_type" }
# ///
# %%
def double(x):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        circle = {}
        circle["\ud800"] = circle
        return circle


def word(length):
    return 10**5000
