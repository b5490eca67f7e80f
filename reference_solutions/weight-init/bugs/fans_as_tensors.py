# /// zachetka
# about = "Tensors in place of integers."
# score = 0.99
# fails = ["fan_in_and_fan_out.fans_are_integers"]
# diagnosis = "expected int, got int64 tensor"
# ///
# %% fan_in_and_fan_out
def fan_in_and_fan_out(weight):
    shape = torch.tensor(weight.shape)
    return shape[1], shape[0]
