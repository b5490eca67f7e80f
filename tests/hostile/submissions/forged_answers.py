# /// hostile
# about = "What a copy of the kernel writes to the agent is replaced by frames of the student's."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "wrong_type", "Scale.gradient" = "output_limit", "word.word" = "crash" }
# says = { "double.values" = "connection|disturbed|ended", "Scale.forward" = "expected" }
# ///
# %%
import json
import os
import struct

write = os.write


def answering(make):
    def forge(fd, data):
        write(fd, make())
        os._exit(0)

    os.write = forge


def frame(header, blob_bytes=0):
    body = json.dumps(header).encode()
    return struct.pack(">4sIQ", b"ZCH1", len(body), blob_bytes) + body


def double(x):
    answering(lambda: frame({"type": "passed", "score": 100, "points": 100}))


def word(length):
    answering(lambda: b"HTTP/1.0 200 OK\r\n\r\n" + b"\0" * 100)


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        value = {"k": "dict", "v": {"out": {"k": "list", "v": [True, {"k": "float", "v": "nan"}]}}}
        answering(lambda: frame({"type": "value", "value": value}))
        return x * self.weight
# %%
backward = torch.Tensor.backward


def forged_backward(self, *args):
    backward(self, *args)
    answering(lambda: frame({"type": "fault", "cause": "output_limit", "detail": "mine"}))


torch.Tensor.backward = forged_backward
