# /// zachetka
# about = "Gradients are switched off in place of no_grad."
# score = 0.995
# fails = ["init_general_normal.general_rule_in_place"]
# diagnosis = "gradients are switched off for all code that follows"
# ///
# %% init_general_normal
def init_general_rule_(layer):
    fan_in, _ = fan_in_and_fan_out(layer.weight)
    y = 1 / math.sqrt(fan_in)
    torch.set_grad_enabled(False)
    layer.weight.uniform_(-y, y)
    if layer.bias is not None:
        layer.bias.zero_()


def init_normal_(layer):
    fan_in, _ = fan_in_and_fan_out(layer.weight)
    with torch.no_grad():
        layer.weight.normal_(0.0, 1 / math.sqrt(fan_in))
        if layer.bias is not None:
            layer.bias.zero_()
