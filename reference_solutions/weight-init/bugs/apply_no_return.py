# /// zachetka
# about = "Nothing is returned."
# score = 0.985
# fails = ["apply_init.returns_model"]
# diagnosis = "must return the model that it was given"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            init_(module)
