# /// zachetka
# about = "Half of the rows are the other half with the sign changed."
# score = 0.955
# fails = ["init_kaiming.kaiming_normal_distribution"]
# diagnosis = "many weights are exactly equal, up to the sign: each must be drawn anew, and none rounded"
# ///
# %% init_kaiming
def init_kaiming_uniform_(layer):
    with torch.no_grad():
        a = math.sqrt(6 / layer.weight.shape[1])
        layer.weight.uniform_(-a, a)
        if layer.bias is not None:
            layer.bias.zero_()


def init_kaiming_normal_(layer):
    with torch.no_grad():
        m, n = layer.weight.shape
        rows = torch.randn((m + 1) // 2, n) * math.sqrt(2 / n)
        layer.weight.copy_(torch.cat([rows, -rows])[:m])
        if layer.bias is not None:
            layer.bias.zero_()
