# /// zachetka
# about = "The modules inside of the model, not the model itself."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "a model that is itself an nn.Linear"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in list(model.modules())[1:]:
        if isinstance(module, nn.Linear):
            init_(module)
    return model
