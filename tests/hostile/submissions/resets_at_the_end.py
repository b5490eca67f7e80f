# /// hostile
# about = "The last cell deletes all names, as some notebooks do to be tidy: the message names it."
# score = 0.0
# causes = { "double.values" = "missing", "Scale.forward" = "missing", "Scale.gradient" = "missing", "word.word" = "missing" }
# says = { "double.values" = "`double`\ncell 3 deletes all names", "word.word" = "`word`\ncell 3 deletes all names" }
# ///
# %%
kept = double, Scale, word
# %%
%reset -f
