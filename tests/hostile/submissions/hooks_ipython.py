# /// hostile
# about = "The shell's namespace, transformers, magics and run_cell are the student's own."
# score = 0.4
# causes = { "double.values" = "wrong_type", "word.word" = "error" }
# cells = { 3 = "time_limit" }
# limits = "cell_s = 1\n"
# ///
# %%
import ast
import sys

shell = get_ipython()


class Everything(dict):
    def __getitem__(self, name):
        return super().__getitem__(name) if name in self else Right()

    def __missing__(self, name):
        return Right()


class Right:
    __call__ = __getattr__ = __getitem__ = lambda self, *args, **kwargs: self
    __eq__ = lambda self, other: True
    __hash__ = None


class Rewriting(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        node.name = "never"
        return node


class Main(type(sys)):
    __getattr__ = lambda self, name: Right()


sys.modules["__main__"].__class__ = Main
# %%
del double, word
shell.user_ns = Everything(shell.user_ns)
shell.run_cell = shell.run_cell_async = shell.should_run_async = lambda *args, **kwargs: 1 / 0
shell.ast_transformers.append(Rewriting())
shell.input_transformers_post.append(lambda lines: ["word = 'mine'\n"])
shell.register_magic_function(lambda line, cell="": 1 / 0, "line_cell", "time")
# %%
def word(length):
    return "z" * length
