# /// hostile
# about = "Frames of another moment of the session, on every descriptor that a probe has."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# says = { "double.values" = "a frame of type 'hello'", "Scale.forward" = "a frame of type 'ran'", "Scale.gradient" = "a frame of type 'fault'", "word.word" = "could not be asked" }
# ///
# %%
import json
import os
import struct


def everywhere(**header):
    body = json.dumps(header).encode()
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if fd > 2:
                os.write(fd, struct.pack(">4sIQ", b"ZCH1", len(body), 0) + body)
        except OSError:
            continue


def double(x):
    everywhere(type="hello", protocol=1, agent="0" * 64, python="3", torch="2")
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        if self.weight >= 1:
            everywhere(type="ran", cpu_s=0, peak_memory_bytes=0)
            everywhere(type="cell", index=0, status="ok", duration_s=0, error=None, rescued=[], truncated=False)
        else:
            everywhere(type="fault", cause="missing", detail="x" * 10**6)
        return x * self.weight


def word(length):
    everywhere(type="lost")
    return "z" * length
