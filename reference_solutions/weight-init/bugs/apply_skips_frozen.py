# /// zachetka
# about = "A layer that is frozen is left as it is."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "init_ was not called for"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if isinstance(module, nn.Linear) and module.weight.requires_grad:
            init_(module)
    return model
