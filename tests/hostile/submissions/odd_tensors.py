# /// hostile
# about = "Tensors of a million million elements in four bytes, of no memory at all, and sparse ones."
# score = 0.0
# causes = { "double.values" = "output_limit", "Scale.forward" = "wrong_type", "Scale.gradient" = "wrong_type", "word.word" = "wrong_type" }
# says = { "Scale.forward" = "on device 'meta'", "Scale.gradient" = "layout sparse_coo", "word.word" = "expected str, got qint8 tensor" }
# ///
# %%
def double(x):
    return torch.ones(1).expand(10**6, 10**6)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            return torch.empty(4, device="meta")
        torch.Tensor.grad = property(lambda self: torch.sparse_coo_tensor([[0]], [1.0], (10**12,)))
        return x * self.weight


def word(length):
    return torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
