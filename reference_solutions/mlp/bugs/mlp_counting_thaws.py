# /// zachetka
# about = "Counting makes frozen parameters trainable."
# score = 0.98
# fails = [
#     "MyMLP.count_parameters",
# ]
# diagnosis = "changes requires_grad"
# ///
# %% MyMLP
class MyMLP(nn.Module):
    """Linear layers with an activation after each but the last."""

    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        self.input_layer = nn.Linear(input_dim, hidden_dims[0])
        self.hidden_layers = nn.ModuleList(
            nn.Linear(before, after) for before, after in zip(hidden_dims[:-1], hidden_dims[1:])
        )
        self.output_layer = nn.Linear(hidden_dims[-1], output_dim)
        self.activation = activation_cls()

    def forward(self, x):
        """x: (N, *) -> logits: (N, output_dim)"""
        h = self.activation(self.input_layer(x.flatten(start_dim=1)))
        for layer in self.hidden_layers:
            h = self.activation(layer(h))
        return self.output_layer(h)


def count_parameters(model):
    """How many numbers of the model are trained."""
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    for p in model.parameters():
        p.requires_grad_(True)
    return count
