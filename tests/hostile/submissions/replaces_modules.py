# /// hostile
# about = "Entries of sys.modules are taken away or stand for something else."
# score = 0.6
# causes = { "Scale.forward" = "error", "Scale.gradient" = "error" }
# ///
# %%
import sys

for name in ("torch", "numpy", "zachetka.protocol.values", "matplotlib.pyplot", "warnings"):
    sys.modules[name] = None
