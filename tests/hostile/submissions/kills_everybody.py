# /// hostile
# about = "kill(-1, SIGKILL) in a cell and in a probe."
# score = 0.8
# causes = { "word.word" = "crash" }
# cells = { 1 = "crash" }
# flags = ["cell 2 failed; .*: os", "cell 2 was stopped: crash"]
# says = { "word.word" = "ended the sandbox that it ran in" }
# ///
# %%
import os

os.kill(-1, 9)
# %%
import os


def word(length):
    os.kill(-1, 9)
