# /// hostile
# about = "Tensors that lie about their shape and size."
# score = 0.2
# causes = { "double.values" = "wrong_type", "Scale.forward" = "output_limit", "Scale.gradient" = "error" }
# ///
# %%
class Liar(torch.Tensor):
    shape = property(lambda self: torch.Size((3, 2)))
    dtype = property(lambda self: torch.float32)
    size = lambda self, *args: torch.Size((3, 2))
    numel = lambda self: 6
    element_size = lambda self: 4
    dim = lambda self: 2
    __torch_function__ = torch._C._disabled_torch_function_impl


def double(x):
    return torch.ones(7, dtype=torch.float64).as_subclass(Liar)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return torch.ones(1).expand(40 << 20).clone().as_subclass(Liar)
