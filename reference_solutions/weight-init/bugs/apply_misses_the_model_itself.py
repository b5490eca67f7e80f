# /// zachetka
# about = "All that lies in the model, at any depth, but not the model."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "init_ is not called for a model that is itself an nn.Linear"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in list(model.modules())[1:]:
        if isinstance(module, nn.Linear):
            init_(module)
    return model
