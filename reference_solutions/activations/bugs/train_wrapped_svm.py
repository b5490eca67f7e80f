# /// zachetka
# about = "A support vector machine in the clothes of a network."
# score = 0.89
# fails = [
#     "train_with_activation.network",
#     "train_with_activation.activation",
#     "train_with_activation.identity_is_a_line",
#     "train_with_activation.arguments",
# ]
# diagnosis = "The network must have three weight matrices, 2 to 32, 32 to 32 and 32 to 1; the matrices in model.parameters() are —."
# ///
# %% train_with_activation
from sklearn.svm import SVC


class Wrapped(nn.Module):
    def __init__(self, machine):
        super().__init__()
        self.machine = machine

    def forward(self, x):
        return torch.tensor(self.machine.decision_function(x.numpy())).float().unsqueeze(1)


def train_with_activation(activation_cls, x, y, *, epochs=300, learning_rate=0.5, seed=0):
    return Wrapped(SVC(gamma=2.0).fit(x.numpy(), y.numpy()))
