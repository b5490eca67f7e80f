# /// zachetka
# about = "The shape as it is: fan_out comes first."
# score = 0.96
# fails = ["fan_in_and_fan_out.fans"]
# diagnosis = "fan_in and fan_out are swapped"
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    return tuple(weight.shape)
