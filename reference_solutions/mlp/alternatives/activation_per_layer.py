# /// zachetka
# about = "A list of activations beside the list of layers; weights of one's own choice."
# score = 1.0
# fails = []
# ///
# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        nn.Module.__init__(self)
        hidden_dims = list(hidden_dims)
        self.output_layer = nn.Linear(hidden_dims[-1], output_dim)
        self.activations = nn.ModuleList([activation_cls() for _ in hidden_dims])
        self.hidden_layers = nn.ModuleList(map(nn.Linear, hidden_dims, hidden_dims[1:]))
        self.input_layer = nn.Linear(input_dim, hidden_dims[0])
        self.apply(self._init)

    @staticmethod
    def _init(module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_normal_(module.weight)
            nn.init.constant_(module.bias, 0.01)

    def forward(self, x):
        h = x.view(x.size(0), -1)
        for layer, activation in zip([self.input_layer, *self.hidden_layers], self.activations):
            h = activation.forward(layer.forward(h))
        logits = self.output_layer(h)
        return logits


def count_parameters(model):
    return torch.cat([p.detach().reshape(-1) for p in model.parameters() if p.requires_grad]).numel()
