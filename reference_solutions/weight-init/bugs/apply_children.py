# /// zachetka
# about = "children() stop at the first level."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "init_ was not called for"
# ///
# %% apply_init
def apply_init(model, init_):
    for child in model.children():
        if isinstance(child, nn.Linear):
            init_(child)
    return model
