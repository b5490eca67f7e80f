# /// zachetka
# about = "The uniform rule is called in the normal one."
# score = 0.955
# fails = ["init_xavier.xavier_normal_distribution"]
# diagnosis = "the spread is right, but the weights are uniform and must be normal"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    with torch.no_grad():
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            layer.bias.zero_()
