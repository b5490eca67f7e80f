# /// hostile
# about = "Reads the course, other submissions, homes and the host through every door."
# score = 0.4
# causes = { "double.values" = "error", "word.word" = "error" }
# says = { "double.values" = "read \\[\\]", "word.word" = "course seen: \\[\\]" }
# ///
# %%
import os

doors = ["", "/proc/1/root", "/proc/self/root", "/proc/1/cwd/..", f"/proc/{os.getppid()}/root", "/.."]
paths = ["@COURSE@", "@NOTEBOOK@", "@CLASS@", "/root/.ssh", "/root/.bashrc", "/etc/shadow", "/boot"]


def double(x):
    read = []
    for door in doors:
        for path in paths:
            try:
                if os.path.isdir(door + path):
                    if os.listdir(door + path):
                        read.append(door + path)
                else:
                    read.append(open(door + path, "rb").read(1) and door + path)
            except OSError:
                continue
    raise RuntimeError(f"read {read}")


def word(length):
    seen = []
    for folder, folders, files in os.walk("/", onerror=lambda error: None):
        folders[:] = [name for name in folders if name not in ("proc", "sys", "dev", "usr", "site-packages")]
        seen += [f"{folder}/{name}" for name in files if name in ("assignment.toml", "secret", "test_toy.py")]
        seen += [f"{folder}/{name}" for name in files if name.endswith(".ipynb")]
    raise RuntimeError(f"course seen: {seen}")
