# /// hostile
# about = "Threads, timers and handlers at exit in the kernel, and threads without end in a probe."
# score = 0.6
# causes = { "double.values" = "error" }
# ///
# %%
import atexit
import signal
import threading
import time

atexit.register(time.sleep, 1000)
signal.signal(signal.SIGALRM, lambda *args: None)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(20):
    threading.Thread(target=time.sleep, args=(1000,)).start()


def double(x):
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
