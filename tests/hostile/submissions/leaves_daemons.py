# /// hostile
# about = "Daemons in sessions of their own, shared memory and files for the one who comes next."
# score = 1.0
# causes = {}
# ///
# %%
import os
import signal

for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            os.execvp("sleep", ["sleep", "98765"])
        os.kill(os.getpid(), signal.SIGKILL)
open("/dev/shm/zachetka-was-here", "w").close()
open(os.path.join(os.environ["HOME"], "zachetka-was-here"), "w").close()
