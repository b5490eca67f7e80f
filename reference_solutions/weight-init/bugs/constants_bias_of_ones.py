# /// zachetka
# about = "init_ones_ fills the bias with ones, too."
# score = 0.995
# fails = ["init_zeros_ones.ones_bias"]
# diagnosis = "the bias is 1; it must be zero"
# ///
# %% init_zeros_ones
def init_zeros_(layer):
    for p in layer.parameters():
        nn.init.zeros_(p)


def init_ones_(layer):
    for p in layer.parameters():
        nn.init.ones_(p)
