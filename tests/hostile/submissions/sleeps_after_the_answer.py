# /// hostile
# about = "Right answers, and then threads, children and handlers at exit that would go on for ever."
# score = 1.0
# causes = {}
# ///
# %%
import atexit
import os
import threading
import time


def linger():
    atexit.register(time.sleep, 1000)
    threading.Thread(target=time.sleep, args=(1000,)).start()
    if os.fork() == 0:
        os.setsid()
        time.sleep(1000)


solution = double, word


def double(x):
    linger()
    return solution[0](x)


def word(length):
    linger()
    return solution[1](length)
