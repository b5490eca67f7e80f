# /// zachetka
# about = "A new parameter takes the place of the old one."
# score = 0.98
# fails = [
#     "init_xavier.xavier_uniform_in_place",
#     "init_xavier.xavier_normal_in_place",
# ]
# diagnosis = "an optimizer would go on with the old one"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
