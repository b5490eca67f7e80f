# /// hostile
# about = "A limit of no processes at all, set by the notebook itself: no probe can be forked."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# ///
# %%
import resource

resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
