# /// hostile
# about = "Threads without end in a cell, which leave no process to the copies that answer for the kernel."
# score = 1.0
# causes = {}
# cells = { 1 = "crash|failed" }
# limits = "processes = 64"
# ///
# %%
# A machine that refuses threads before the sandbox does leaves the copies their room: then the cell
# has failed, and that is all.
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
