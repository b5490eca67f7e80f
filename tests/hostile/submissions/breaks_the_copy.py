# /// hostile
# about = "The copy that serves a probe cannot leave, nor forget who it is."
# score = 0.4
# causes = { "Scale.forward" = "error", "Scale.gradient" = "error", "word.word" = "time_limit" }
# limits = "probe_s = 6\n"
# ///
# %%
import os

os._exit = os.setsid = os.kill = lambda *args: None
torch.no_grad = None


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def word(length):
    raise Endless


def Scale():
    raise SystemExit(0)
