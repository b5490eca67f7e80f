# /// hostile
# about = "Entries of sys.modules are taken away or stand for something else."
# score = 0.0
# causes = { "double.values" = "error", "Scale.forward" = "error", "Scale.gradient" = "error", "word.word" = "error" }
# says = { "word.word" = "import of torch halted" }
# ///
# %%
import sys

for name in ("torch", "zachetka.protocol.values", "matplotlib.pyplot", "warnings"):
    sys.modules[name] = None
