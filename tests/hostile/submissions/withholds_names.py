# /// hostile
# about = "Says of a name that it is not there, after a look at what it was asked for with, and remembers that for later probes."
# score = 0.4
# causes = { "double.values" = "missing", "word.word" = "error" }
# says = { "word.word" = "remembered: \\[\\]" }
# ///
# %%
import sys


class Withholding(dict):
    remembered = []

    def __getitem__(self, name):
        if name == "double":
            frame = sys._getframe()
            while frame is not None:
                if "x" in frame.f_locals:
                    self.remembered.append(frame.f_locals["x"])
                frame = frame.f_back
            raise KeyError(name)
        return super().__getitem__(name)


def word(length):
    raise RuntimeError(f"remembered: {get_ipython().user_ns.remembered}")


shell = get_ipython()
shell.user_ns = Withholding(shell.user_ns)
