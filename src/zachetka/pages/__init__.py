"""Pages that people read in a browser: self-contained, without a script, printable."""
