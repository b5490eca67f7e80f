# /// hostile
# about = "Messages that would break a terminal, a browser, a spreadsheet or a file."
# score = 0.0
# causes = { "double.values" = "error", "Scale.forward" = "error", "Scale.gradient" = "error", "word.word" = "error" }
# cells = { 2 = "failed" }
# ///
# %%
text = "\x1b[2J\x1b]0;x\x07\0\u202e\ud800<script>alert(1)</script>" + "x" * 10**6


def double(x):
    raise ValueError(text)


def word(length):
    raise type(text[:30], (Exception,), {})("=cmd|' /C calc'!A0")


def Scale():
    raise KeyboardInterrupt(text)
# %%
raise ValueError(text)
