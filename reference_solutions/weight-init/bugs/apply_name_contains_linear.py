# /// zachetka
# about = "Bilinear contains the word, too."
# score = 0.985
# fails = ["apply_init.nothing_else"]
# diagnosis = "init_ was called for what is no nn.Linear: pair"
# ///
# %% apply_init
def apply_init(model, init_):
    return model.apply(lambda m: init_(m) if "linear" in type(m).__name__.lower() else None)
