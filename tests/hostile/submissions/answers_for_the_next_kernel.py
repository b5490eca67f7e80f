# /// hostile
# about = "A cell ends its kernel and leaves a process that answers in the next one's place, with an error that quotes the engine."
# score = 1.0
# causes = {}
# cells = { "1" = "crash" }
# ///
# %%
import glob
import json
import os
import time

mine = set(glob.glob("/tmp/k*/c.json"))
if os.fork() == 0:
    os.setsid()
    import zmq

    end = time.time() + 20
    while time.time() < end:
        new = set(glob.glob("/tmp/k*/c.json")) - mine
        if new:
            try:
                info = json.load(open(new.pop()))
                break
            except ValueError:
                continue
        time.sleep(0.002)
    router = zmq.Context().socket(zmq.ROUTER)
    router.bind("ipc://%s-%d" % (info["ip"], info["shell_port"]))
    ident, *_ = router.recv_multipart()
    quotation = b"bwrap: I am the engine. " * 300
    router.send_multipart([ident, b"<IDS|MSG>", quotation, b"{}", b"{}", b"{}", b"{}"])
    time.sleep(20)
os._exit(0)
