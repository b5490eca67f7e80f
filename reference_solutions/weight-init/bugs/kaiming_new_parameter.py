# /// zachetka
# about = "A new parameter takes the place of the old one."
# score = 0.98
# fails = [
#     "init_kaiming.kaiming_uniform_in_place",
#     "init_kaiming.kaiming_normal_in_place",
# ]
# diagnosis = "an optimizer would go on with the old one"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / layer.weight.shape[1]))
        if layer.bias is not None:
            layer.bias.zero_()
