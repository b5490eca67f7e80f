# /// zachetka
# about = "init_ is given the weight in place of the layer."
# score = 0.965
# fails = [
#     "apply_init.every_linear",
#     "apply_init.nothing_else",
# ]
# diagnosis = "for what is no nn.Linear: <Parameter>"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            init_(module.weight)
    return model
