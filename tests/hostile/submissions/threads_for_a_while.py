# /// hostile
# about = "Honest: a hundred threads of one cell that the next one joins, and a process whose name is no text."
# score = 1.0
# causes = {}
# ///
# %%
import ctypes
import os
import threading
import time

done = threading.Event()
threads = [threading.Thread(target=done.wait) for _ in range(100)]
for thread in threads:
    thread.start()
if os.fork() == 0:
    ctypes.CDLL(None).prctl(15, "обучение".encode()[:15], 0, 0, 0)
    time.sleep(1000)
# %%
done.set()
for thread in threads:
    thread.join()
