# /// zachetka
# about = "A network with one output gives a probability instead of a logit."
# score = 0.96
# fails = [
#     "MyMLP.mlp_forward",
# ]
# diagnosis = "there is a sigmoid after the last layer"
# ///
# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        self.input_layer = nn.Linear(input_dim, hidden_dims[0])
        self.hidden_layers = nn.ModuleList(
            nn.Linear(before, after) for before, after in zip(hidden_dims[:-1], hidden_dims[1:])
        )
        self.output_layer = nn.Linear(hidden_dims[-1], output_dim)
        self.activation = activation_cls()

    def forward(self, x):
        h = self.activation(self.input_layer(x.flatten(start_dim=1)))
        for layer in self.hidden_layers:
            h = self.activation(layer(h))
        out = self.output_layer(h)
        return torch.sigmoid(out) if out.shape[1] == 1 else out


def count_parameters(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
