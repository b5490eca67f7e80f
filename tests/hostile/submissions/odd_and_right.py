# /// hostile
# about = "Right values in odd forms earn their points, and what is hung on to them is never asked."
# score = 1.0
# causes = {}
# ///
# %%
import os


class Hollow(torch.Tensor):
    # Only Python's view of it is another: the values are right.
    detach = clone = numpy = contiguous = tolist = cpu = lambda self, *args: torch.zeros(7)
    __array__ = __len__ = __iter__ = __reduce_ex__ = lambda self, *args: os._exit(1)


class Text(str):
    encode = __len__ = __getitem__ = __iter__ = join = lambda self, *args: os._exit(1)


def double(x):
    return torch._neg_view(-(x + x)).T.contiguous().T.as_subclass(Hollow)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        out = (self.weight * x).to(torch.complex64).conj().real
        out.grad_fn.register_hook(lambda *args: None)
        # Two tensors in one storage, and elements of it that nobody has asked for.
        return torch.stack([out, out], 1)[:, 1]


def word(length):
    return Text("z" * length)
