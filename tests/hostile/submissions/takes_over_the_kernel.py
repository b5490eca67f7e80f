# /// hostile
# about = "The kernel's own handler of probes is replaced: it connects, and sends half a frame."
# score = 0.0
# causes = { "double.values" = "time_limit", "Scale.forward" = "time_limit", "Scale.gradient" = "time_limit", "word.word" = "time_limit" }
# limits = "probe_s = 2\n"
# ///
# %%
import os
import socket
import time

kernel = get_ipython().kernel


def impostor(stream, ident, parent):
    if os.fork() == 0:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.connect(parent["content"]["socket"])
        while request := control.recv(65536):
            path = request.partition(b"\0")[0]
            if os.fork() == 0:
                client = socket.socket(socket.AF_UNIX)
                client.connect(path)
                for byte in b"ZCH1\x00\x00\x00\x02":
                    client.send(bytes([byte]))
                    time.sleep(0.1)
                time.sleep(1000)


assert "probes_request" in kernel.shell_handlers
kernel.shell_handlers["probes_request"] = impostor
