# /// hostile
# about = "A cell forbids its own process to start others: there can be no copies of it."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# ///
# %%
import resource

resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
