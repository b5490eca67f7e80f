# /// hostile
# about = "kill(-1, SIGKILL) in a cell and in a probe."
# score = 0.8
# causes = { "word.word" = "crash" }
# cells = { 1 = "crash" }
# ///
# %%
import os

os.kill(-1, 9)
# %%
import os


def word(length):
    os.kill(-1, 9)
