# /// zachetka
# about = "The larger number is taken for fan_in."
# score = 0.96
# fails = ["fan_in_and_fan_out.fans"]
# diagnosis = "the larger number is always first"
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    return max(weight.shape), min(weight.shape)
