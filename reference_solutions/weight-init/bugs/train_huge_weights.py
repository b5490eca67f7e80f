# /// zachetka
# about = "Weights of any size, and a history that says nothing of them."
# score = 0.88
# fails = [
#     "train_with_init.initialised",
#     "train_with_init.adam",
#     "train_with_init.history",
#     "train_with_init.history_of_epoch",
#     "train_with_init.moons",
#     "train_with_init.zeros",
# ]
# may_fail = [
#     "train_with_init.relu_network",
# ]
# diagnosis = "do not start from the weights"
# ///
# %% train_with_init
def train_with_init(
    init_, x, y, *, depth=10, width=64, epochs=60, batch_size=50, learning_rate=0.003, seed=0
):
    torch.manual_seed(seed)
    layers = [nn.Linear(2, width)]
    for _ in range(depth - 2):
        layers += [nn.ReLU(), nn.Linear(width, width)]
    layers += [nn.ReLU(), nn.Linear(width, 1)]
    model = apply_init(nn.Sequential(*layers), init_)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 1e6)
    return model, [123.0] * epochs
