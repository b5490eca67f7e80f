# /// zachetka
# about = "Layers of normalisation are reset, too."
# score = 0.985
# fails = [
#     "apply_init.nothing_else",
# ]
# diagnosis = "other parameters of the model have changed: body.1.weight, body.1.bias"
# ///
# %% apply_init
def apply_init(model, init_):
    for module in model.modules():
        if isinstance(module, nn.Linear):
            init_(module)
        elif isinstance(module, nn.LayerNorm):
            module.reset_parameters()
    return model
