# /// zachetka
# about = "The layers are frozen for init_ and stay so."
# score = 0.985
# fails = ["apply_init.nothing_else"]
# diagnosis = "after apply_init the model cannot be trained any more"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            module.requires_grad_(False)
            init_(module)
    return model
