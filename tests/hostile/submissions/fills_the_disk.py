# /// hostile
# about = "Fills every place that can be written to; definitions keep their points."
# score = 1.0
# causes = {}
# cells = { 1 = "failed" }
# limits = "disk_mb = 16\n"
# ///
# %%
import os

for folder in ("/dev/shm", os.environ["HOME"]):
    try:
        with open(f"{folder}/fill", "wb", buffering=0) as file:
            while True:
                file.write(b"\0" * (1 << 20))
    except OSError as error:
        full = error
raise full
