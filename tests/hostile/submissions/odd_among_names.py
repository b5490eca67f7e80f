# /// hostile
# about = "Right answers, and beside them values that ask to exit when anything looks at them."
# score = 1.0
# causes = {}
# ///
# %%
class Exits:
    def __getattribute__(self, name):
        raise SystemExit(name)


class Loner(torch.Tensor):
    @property
    def _version(self):
        raise KeyboardInterrupt


class Layer(nn.Module):
    def parameters(self, *args):
        raise SystemExit


exits, loner, layer = Exits(), torch.ones(2).as_subclass(Loner), Layer()
