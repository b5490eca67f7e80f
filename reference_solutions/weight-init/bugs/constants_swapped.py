# /// zachetka
# about = "Zeros and ones are mixed up."
# score = 0.98
# fails = [
#     "init_zeros_ones.zeros_weight",
#     "init_zeros_ones.ones_weight",
# ]
# diagnosis = "all weights are 1; the task asks for 0"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    nn.init.ones_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def init_ones_(layer):
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
