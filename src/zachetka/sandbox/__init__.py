"""Ways to run a stranger's code."""
