# /// hostile
# about = "A probe that knows itself graded kills its parent, and then whoever is at the other end."
# score = 0.6
# causes = { "Scale.forward" = "crash", "Scale.gradient" = "crash" }
# ///
# %%
import os
import signal
import socket
import struct
import sys


def is_graded():
    frame = sys._getframe()
    while frame and frame.f_code.co_filename != "<probe>":
        frame = frame.f_back
    return frame is not None


def double(x):
    if is_graded():
        os.kill(os.getppid(), signal.SIGKILL)
    return x + x


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        for fd in map(int, os.listdir("/proc/self/fd")):
            try:
                with socket.socket(fileno=os.dup(fd)) as peer:
                    found = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                    pid = struct.unpack("3i", found)[0]
                    if pid not in (0, os.getpid()):
                        os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        return x * self.weight


def word(length):
    os.kill(os.getppid(), signal.SIGKILL)
    return "z" * length
