# /// zachetka
# about = "weight and bias are properties over a ParameterDict; the layers of the network are, too."
# score = 1.0
# fails = []
# ///
# %% MyLinear
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.values = nn.ParameterDict({"w": torch.rand(out_features, in_features) - 0.5})
        if bias:
            self.values["b"] = nn.Parameter(torch.rand(out_features) - 0.5)

    @property
    def weight(self):
        return self.values["w"]

    @property
    def bias(self):
        return self.values["b"] if "b" in self.values else None

    def forward(self, x):
        y = torch.matmul(x, self.weight.transpose(0, 1))
        return y if self.bias is None else y.add(self.bias)

# %% MyMLP
class MyMLP(nn.Module):
    def __init__(self, input_dim=2, output_dim=1, hidden_dims=(100, 100), activation_cls=nn.ReLU):
        super().__init__()
        widths = (input_dim, *hidden_dims, output_dim)
        self.all = nn.ModuleList([nn.Linear(widths[i], widths[i + 1]) for i in range(len(widths) - 1)])
        self.make_activation = activation_cls

    input_layer = property(lambda self: self.all[0])
    hidden_layers = property(lambda self: self.all[1:-1])
    output_layer = property(lambda self: self.all[-1])

    def forward(self, x):
        x = torch.reshape(x, (x.shape[0], -1))
        for layer in self.all[:-1]:
            x = self.make_activation()(layer(x))
        return self.all[-1](x)


def count_parameters(model):
    total = 0
    for _, p in model.named_parameters():
        total += int(np.prod(p.shape)) * p.requires_grad
    return total
