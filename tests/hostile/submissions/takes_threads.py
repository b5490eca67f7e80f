# /// hostile
# about = "Threads without end in a cell, which leave no room for the copies that serve probes."
# score = 1.0
# causes = {}
# cells = { 1 = "failed" }
# ///
# %%
import threading
import time

while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
