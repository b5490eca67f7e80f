# /// hostile
# about = "Ends each copy of its process at the moment of its birth, so that nobody ever answers."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# says = { "word.word" = "could not make a copy of itself" }
# ///
# %%
import os


os.register_at_fork(after_in_child=lambda: os._exit(3))
