# /// hostile
# about = "Objects that are equal to everything, and pretend to be what is asked for."
# score = 0.0
# causes = { "double.values" = "error", "Scale.forward" = "error", "Scale.gradient" = "error", "word.word" = "assertion" }
# ///
# %%
import os


class Yes:
    shape, dtype, ndim = (3, 2), torch.float32, 2
    __class__ = torch.Tensor
    __eq__ = __lt__ = __gt__ = __ge__ = __le__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __bool__ = lambda self: True
    __len__ = lambda self: 3
    __getitem__ = __call__ = lambda self, *args: self
    __reduce__ = lambda self: (os.system, ("touch /tmp/zachetka-was-here",))

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return args[0]


class YesText(str):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = str.__hash__


def double(x):
    return Yes()


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return [Yes(), YesText()]


def word(length):
    return YesText("wrong")
