# /// hostile
# about = "A cell that opens files and never closes one, until there is no descriptor left."
# score = 1.0
# causes = {}
# cells = { "1" = "failed" }
# ///
# %%
kept = []
while True:
    kept.append(open("/dev/null"))
