# /// hostile
# about = "The modules that carry answers are hollowed out: the kernel hangs, and goes without that cell."
# score = 1.0
# causes = {}
# cells = { "1" = "time_limit" }
# limits = "cell_s = 3\n"
# ///
# %%
import sys
import types


class Yes(types.ModuleType):
    def __getattr__(self, name):
        return lambda *args, **kwargs: b"yes"


for name in [*sys.modules]:
    if name.startswith(("safetensors", "zachetka", "json", "struct", "socket")):
        sys.modules[name].__dict__.update(
            {key: Yes(key) for key in sys.modules[name].__dict__ if not key.startswith("__")}
        )
