# /// hostile
# about = "A probe stops the agent for good: it costs that check, and no time beyond its deadline."
# score = 0.6
# causes = { "double.values" = "time_limit" }
# limits = "probe_s = 8\n"
# grace_s = 2.0
# ///
# %%
import contextlib
import os
import signal


def double(x):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) != os.getpid():
            with contextlib.suppress(PermissionError):
                os.kill(int(pid), signal.SIGSTOP)
