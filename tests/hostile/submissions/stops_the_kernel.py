# /// hostile
# about = "A probe gives the right answer and stops the kernel and the copy that forks the others."
# score = 0.8
# causes = { "Scale.forward" = "time_limit" }
# limits = "probe_s = 2\n"
# says = { "Scale.forward" = "did not answer in time" }
# grace_s = 2.0
# ///
# %%
import os
import signal

kernel = os.getpid()
called = []


def double(x):
    called.append(x)  # this copy has changed: the next check needs another one
    os.kill(kernel, signal.SIGSTOP)
    os.kill(os.getppid(), signal.SIGSTOP)
    return x + x
