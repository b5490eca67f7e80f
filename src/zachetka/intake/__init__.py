"""From what a teaching assistant downloaded to a list of students with one notebook each."""
