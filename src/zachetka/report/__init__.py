"""What Zachetka says about a submission: the JSON report first, everything else from it."""
