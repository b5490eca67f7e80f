# /// hostile
# about = "Timers that end the kernel some time later, in another cell or between the checks."
# score = 1.0
# causes = {}
# cells = { "1" = "crash" }
# flags = ["cell 2 failed; .*: signal, time", "cell 2 was stopped: crash"]
# ///
# %%
import signal
import time

signal.setitimer(signal.ITIMER_REAL, 0.3)
signal.setitimer(signal.ITIMER_PROF, 5)
time.sleep(1)
# %%
import time

time.sleep(0.1)
