# /// hostile
# about = "The kernel is told that it is the copy, so that it serves a probe itself and ends."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# ///
# %%
import os

os.fork = os.forkpty = lambda: 0
