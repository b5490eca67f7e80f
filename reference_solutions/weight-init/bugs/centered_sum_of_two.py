# /// zachetka
# about = "The difference of two uniform values halved: a triangle."
# score = 0.985
# fails = ["init_uniform_centered.centered_distribution"]
# diagnosis = "the weights do not fill the interval of the task: they are spread too little"
# ///
# %% init_uniform_centered
def init_uniform_(layer):
    with torch.no_grad():
        layer.weight.uniform_(0.0, 1.0)
        if layer.bias is not None:
            layer.bias.zero_()


def init_centered_(layer):
    with torch.no_grad():
        layer.weight.copy_((torch.rand(layer.weight.shape) - torch.rand(layer.weight.shape)) / 2)
        if layer.bias is not None:
            layer.bias.zero_()
