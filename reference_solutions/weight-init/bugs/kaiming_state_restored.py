# /// zachetka
# about = "The state of the generator is put back after the draw, so that calls repeat."
# score = 0.98
# fails = [
#     "init_kaiming.kaiming_uniform_generator",
#     "init_kaiming.kaiming_normal_generator",
# ]
# diagnosis = "calls in a row give the same weights, as if a seed were fixed inside"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    state = torch.get_rng_state()
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()
        torch.set_rng_state(state)


def init_kaiming_normal_(layer):
    state = torch.get_rng_state()
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
        torch.set_rng_state(state)
