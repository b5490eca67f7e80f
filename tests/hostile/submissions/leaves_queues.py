# /// hostile
# about = "Queues, semaphores and shared memory of System V and POSIX, which do not exist, and daemons that outlive the kernel."
# score = 1.0
# causes = {}
# cells = { "1" = "crash" }
# ///
# %%
import ctypes
import errno
import os
import signal
import time

libc = ctypes.CDLL(None, use_errno=True)
for make, arguments in (
    (libc.msgget, (@KEY@, 0o1666)),
    (libc.semget, (@KEY@, 5, 0o1666)),
    (libc.shmget, (@KEY@, 1 << 20, 0o1666)),
    (getattr(libc, "mq_open", None) or ctypes.CDLL("librt.so.1", use_errno=True).mq_open, (b"/zachetka-was-here", os.O_CREAT | os.O_RDWR, 0o666, None)),
):
    assert make(*arguments) == -1
    assert ctypes.get_errno() == errno.ENOSYS
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        libc.prctl(15, b"@NAME@", 0, 0, 0)
        libc.prctl(1, 0, 0, 0, 0)
        for number in range(1, 32):
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(1000)
    os._exit(0)
time.sleep(0.2)
os._exit(0)
