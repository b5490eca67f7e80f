# /// zachetka
# about = "The number of all weights stands for both."
# score = 0.96
# fails = ["fan_in_and_fan_out.fans"]
# diagnosis = "both numbers are the number of all weights"
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    return weight.numel(), weight.numel()
