# /// hostile
# about = "Every descriptor of the kernel is taken, and an own process for each of them."
# score = 1.0
# causes = {}
# cells = { 1 = "failed" }
# ///
# %%
kept = []
while True:
    kept.append(open("/dev/null"))
