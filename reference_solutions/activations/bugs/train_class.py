# /// zachetka
# about = "A class for the function."
# score = 0.78
# fails = [
#     "train_with_activation.network",
#     "train_with_activation.activation",
#     "train_with_activation.relu_separates",
#     "train_with_activation.sigmoid_learns",
#     "train_with_activation.identity_is_a_line",
#     "train_with_activation.same_seed",
#     "train_with_activation.arguments",
# ]
# diagnosis = "`train_with_activation` must be a function: is the name used again further down?"
# ///
# %% train_with_activation
class train_with_activation(nn.Module):
    def __init__(self, activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, 32), activation_cls(), nn.Linear(32, 32), activation_cls(), nn.Linear(32, 1)
        )

    def forward(self, x):
        return self.layers(x)
