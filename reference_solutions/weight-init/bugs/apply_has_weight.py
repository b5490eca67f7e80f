# /// zachetka
# about = "Whatever has a weight is initialised."
# score = 0.985
# fails = ["apply_init.nothing_else"]
# diagnosis = "init_ was called for what is no nn.Linear"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if hasattr(module, "weight"):
            init_(module)
    return model
