# /// zachetka
# about = "A deep copy is initialised and returned."
# score = 0.95
# fails = [
#     "apply_init.every_linear",
#     "apply_init.nothing_else",
#     "apply_init.returns_model",
# ]
# diagnosis = "layers that are none of this model's: is it a copy?"
# ///
# %% apply_init
import copy


def apply_init(model, init_):
    model = copy.deepcopy(model)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            init_(module)
    return model
