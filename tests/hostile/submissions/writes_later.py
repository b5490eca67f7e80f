# /// hostile
# about = "A thread of a cell that has ended writes to every channel of the kernel while others run."
# score = 1.0
# causes = {}
# cells = { "1" = "failed", "2" = "failed" }
# ///
# %%
import threading
import time

kernel = get_ipython().kernel


def write():
    for _ in range(200):
        for kind in ("execute_reply", "probes_reply", "rescue_reply", "settings_reply", "status", "error"):
            content = {"status": "error", "execution_state": "dead", "ename": "E", "evalue": "e", "traceback": []}
            kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
            kernel.session.send(kernel.shell_stream, kind, content, parent=kernel.get_parent())
        time.sleep(0.005)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.3)
# %%
import time

time.sleep(1)
