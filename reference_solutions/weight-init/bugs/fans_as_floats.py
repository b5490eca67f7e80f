# /// zachetka
# about = "Floats in place of integers."
# score = 0.99
# fails = ["fan_in_and_fan_out.fans_are_integers"]
# diagnosis = "expected int, got float"
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    fan_in = weight.numel() / weight.shape[0]
    fan_out = weight.numel() / weight.shape[1]
    return fan_in, fan_out
