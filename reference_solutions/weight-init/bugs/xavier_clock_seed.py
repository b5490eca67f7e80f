# /// zachetka
# about = "torch.seed() inside: no run can be repeated."
# score = 0.98
# fails = [
#     "init_xavier.xavier_uniform_generator",
#     "init_xavier.xavier_normal_generator",
# ]
# diagnosis = "the same torch.manual_seed gives other weights: they do not come from torch's global generator"
# ///
# %% init_xavier
def init_xavier_uniform_(layer):
    torch.seed()
    with torch.no_grad():
        a = math.sqrt(6 / sum(layer.weight.shape))
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_xavier_normal_(layer):
    torch.seed()
    with torch.no_grad():
        layer.weight.normal_(0.0, math.sqrt(2 / sum(layer.weight.shape)))
        if layer.bias is not None:
            layer.bias.zero_()
