# /// zachetka
# about = "The output layer is left out."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "init_ was not called for"
# ///
# %% apply_init
def apply_init(model, init_):
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for layer in layers[:-1] or layers:
        init_(layer)
    return model
