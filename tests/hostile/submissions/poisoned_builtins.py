# /// hostile
# about = "Builtins end the process of whoever uses them."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# ///
# %%
import builtins
import os

leave = os._exit


def end(*args, **kwargs):
    leave(0)


builtins.compile = builtins.exec = end
