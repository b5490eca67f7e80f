# /// hostile
# about = "Writes everywhere, mounts, changes its root, makes namespaces and leaves files behind."
# score = 0.8
# causes = { "word.word" = "error" }
# says = { "word.word" = "written \\[\\]; called \\[\\]" }
# ///
# %%
import ctypes
import os
import sys

written, called = [], []
own = (os.path.realpath(os.environ["HOME"]), "/dev/shm", "/proc")
targets = {"@COURSE@", "@CLASS@", "/", "/etc", "/usr", "/var/tmp", "/opt", "/root", "/dev", "/sys", *sys.path}
targets |= {folder for folder, _, _ in os.walk(os.path.dirname(os.__file__))}
for folder in targets:
    if os.path.realpath(folder or ".").startswith(own):
        continue
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/zachetka-was-here", "w") as file:
            file.write("x")
        written.append(folder)
    except OSError:
        continue
libc = ctypes.CDLL(None, use_errno=True)
home = os.environ["HOME"].encode()
for name, call in {
    "mount": lambda: libc.mount(b"none", home, b"tmpfs", 0, None),
    "remount": lambda: libc.mount(b"none", b"/", None, 32, None),
    "umount": lambda: libc.umount2(b"/proc", 2),
    "chroot": lambda: libc.chroot(home),
    "mknod": lambda: libc.mknod(home + b"/disk", 0o60600, 2048),
    "setuid": lambda: libc.setuid(0),
    "sethostname": lambda: libc.sethostname(b"x", 1),
    "ptrace": lambda: libc.ptrace(16, 1, 0, 0),
}.items():
    if call() == 0:
        called.append(name)


def word(length):
    raise RuntimeError(f"written {written}; called {called}")
