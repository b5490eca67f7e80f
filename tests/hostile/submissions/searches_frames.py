# /// hostile
# about = "Probes look for the right answer in frames, in their own source and in every object alive."
# score = 0.0
# causes = { "double.values" = "error", "Scale.forward" = "error", "Scale.gradient" = "error", "word.word" = "error" }
# says = { "double.values" = "inputs alive: True; others alive: \\[\\]", "Scale.forward" = "copied: True; compared: False; expected: False", "Scale.gradient" = "in frames: \\['fresh', 'inputs', 'keep', 'name', 'reply_bytes', 'seed', 'source', 'timeout_s', 'type'\\]", "word.word" = "in files: \\[\\]" }
# ///
# %%
import gc
import inspect
import linecache
import sys


def frames():
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


def header():
    return next(frame.f_locals["header"] for frame in frames() if "header" in frame.f_locals)


def double(x):
    # What a grader expects is no function of this name: it would be a tensor like the input.
    known = [x, *(value for frame in frames() for value in frame.f_locals.values())]
    alive = [item for item in gc.get_objects() if type(item) is torch.Tensor and item.shape == x.shape]
    others = [item.tolist() for item in alive if not any(item is value for value in known)]
    others = [item for item in others if torch.allclose(torch.tensor(item), x + x)]
    raise RuntimeError(f"inputs alive: {any(item is x for item in alive)}; others alive: {others}")


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        if "scale_gradient" in header()["source"]:
            raise RuntimeError(f"in frames: {sorted(header())}")

    def forward(self, x):
        source = header()["source"]
        words = "copied: {}; compared: {}; expected: {}"
        raise RuntimeError(words.format("copy_" in source, "assert" in source, "x * factor" in source))


def word(length):
    texts = [line for stack in inspect.stack() for line in stack.code_context or ()]
    texts += [line for file in list(linecache.cache) for line in linecache.getlines(file)]
    wanted = ["_".join(["ZEXPECTED", "MARKER"]), "assert" + "_equal(got"]
    raise RuntimeError(f"in files: {[text for text in texts if any(word in text for word in wanted)]}")
