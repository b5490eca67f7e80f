# /// hostile
# about = "A kernel that makes itself small: last in every queue, its files closed to all, its home gone."
# score = 1.0
# causes = {}
# ///
# %%
import os
import shutil
import tempfile

os.nice(19)
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
os.umask(0o777)
for name in os.listdir(tempfile.gettempdir()):
    shutil.rmtree(os.path.join(tempfile.gettempdir(), name), ignore_errors=True)
os.environ.clear()
os.environ.update(HOME="/nowhere", TMPDIR="/proc", OMP_NUM_THREADS="64", PATH="")
tempfile.tempdir = "/nowhere"
