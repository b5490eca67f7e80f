# /// hostile
# about = "Two replies, a reply that is announced and never comes, an exit in the middle, a huge length."
# score = 0.0
# causes = { "double.values" = "wrong_type", "Scale.forward" = "crash", "Scale.gradient" = "output_limit", "word.word" = "time_limit" }
# says = { "double.values" = "`out`: expected float32 tensor \\(3, 2\\), got str", "Scale.forward" = "while your code ran \\(it ended by itself\\)" }
# limits = "probe_s = 2\n"
# grace_s = 20.0
# ///
# %%
import json
import os
import struct
import time

write = os.write


def send(data, end):
    def sending(fd, _):
        write(fd, data)
        end()

    os.write = sending


def frame(value):
    body = json.dumps({"type": "value", "value": value}).encode()
    return struct.pack(">4sIQ", b"ZCH1", len(body), 0) + body


def double(x):
    first, second = frame({"k": "dict", "v": {"out": "mine"}}), frame({"k": "dict", "v": {"out": 1}})
    send(first + second, lambda: os._exit(0))


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            send(frame("x" * 1000)[:500], lambda: os._exit(0))
        else:
            send(struct.pack(">4sIQ", b"ZCH1", 10, 1 << 62), lambda: time.sleep(1000))
        return x * self.weight


def word(length):
    send(frame("z" * length)[:-1], lambda: time.sleep(1000))
