# /// zachetka
# about = "Two loops reach two levels deep."
# score = 0.98
# fails = ["apply_init.every_linear"]
# diagnosis = "init_ was not called for"
# ///
# %% apply_init
def apply_init(model, init_):
    for child in model.children():
        if isinstance(child, nn.Linear):
            init_(child)
        for grandchild in child.children():
            if isinstance(grandchild, nn.Linear):
                init_(grandchild)
    return model
