# /// zachetka
# about = "Two-dimensional weights are taken for linear layers: an embedding has one."
# score = 0.985
# fails = ["apply_init.nothing_else"]
# diagnosis = "init_ was called for what is no nn.Linear: table.words"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if getattr(module, "weight", None) is not None and module.weight.dim() == 2:
            init_(module)
    return model
