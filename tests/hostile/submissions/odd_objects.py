# /// hostile
# about = "Objects whose length, items and conversions never end or explode."
# score = 0.0
# causes = { "double.values" = "time_limit", "Scale.forward" = "output_limit", "Scale.gradient" = "wrong_type", "word.word" = "wrong_type" }
# says = { "Scale.gradient" = "expected float32 tensor \\(1,\\), got float", "word.word" = "expected str, got Liar" }
# limits = "probe_s = 3\n"
# ///
# %%
import itertools
import os


class EndlessDict(dict):
    __len__ = lambda self: 1
    __iter__ = keys = lambda self: map(str, itertools.count())
    items = lambda self: ((str(number), 1.0) for number in itertools.count())


class EndlessList(list):
    __len__ = lambda self: 12
    __iter__ = lambda self: itertools.repeat(1.0)


class AnyFloat(float):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = lambda self, *args: 0.0
    __hash__ = float.__hash__


class Liar:
    __class__ = property(lambda self: (_ for _ in ()).throw(AttributeError))
    __array__ = __torch_function__ = __len__ = __iter__ = lambda *args, **kwargs: 1 / 0
    __str__ = __repr__ = __format__ = lambda *args: "z" * 5
    __reduce_ex__ = lambda self, version: (os.system, ("touch /tmp/zachetka-was-here",))


def double(x):
    return EndlessDict()


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            return EndlessList()
        torch.Tensor.grad = property(lambda self: AnyFloat("nan"))
        return x * self.weight


def word(length):
    return Liar()
