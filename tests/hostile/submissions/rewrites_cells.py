# /// hostile
# about = "An input transformer, a traceback handler, hooks and a display formatter take over what comes after."
# score = 1.0
# causes = {}
# cells = { "1" = "failed", "2" = "failed" }
# ///
# %%
import sys

shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: ["raise SystemExit(0)\n"])
shell.set_custom_exc((Exception,), lambda *args, **kwargs: sys.exit(0))
shell.events.register("post_run_cell", lambda result: 1 / 0)
shell.display_formatter.format = lambda *args, **kwargs: 1 / 0
sys.excepthook = sys.unraisablehook = lambda *args: sys.exit(0)
sys.settrace(lambda *args: 1 / 0)
# %%
never = "run as it was written"
