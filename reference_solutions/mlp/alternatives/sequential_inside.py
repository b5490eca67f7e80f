# /// zachetka
# about = "The network runs one nn.Sequential made of the named layers."
# score = 1.0
# fails = []
# ///
# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        first, *rest = hidden_dims
        self.input_layer = nn.Linear(input_dim, first)
        self.hidden_layers = nn.ModuleList()
        for width in rest:
            self.hidden_layers.append(nn.Linear(first, width))
            first = width
        self.output_layer = nn.Linear(first, output_dim)
        steps = [nn.Flatten(), self.input_layer, activation_cls()]
        for layer in self.hidden_layers:
            steps.extend([layer, activation_cls()])
        self.net = nn.Sequential(*steps, self.output_layer)

    def forward(self, x):
        return self.net(x)


def count_parameters(model):
    return sum(len(p.flatten()) if p.requires_grad else 0 for p in model.parameters())
