# /// hostile
# about = "Modules that the agent imports late are forgotten, and found again in another place."
# score = 0.2
# causes = { "double.values" = "error", "Scale.forward" = "error", "Scale.gradient" = "error" }
# says = { "double.values" = "TypeError: a bytes-like object is required" }
# ///
# %%
import importlib.abc
import importlib.machinery
import sys
import types


class Fake(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: b"\0" * 100


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.startswith(("zachetka", "safetensors")):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Fake(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())
for name in [*sys.modules]:
    if name.startswith(("zachetka", "safetensors")):
        del sys.modules[name]
import zachetka.agent.probing
import zachetka.protocol.values

zachetka.agent.probing.answer = zachetka.protocol.values.encode_value = None
