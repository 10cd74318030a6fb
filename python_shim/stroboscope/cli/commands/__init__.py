"""One module for each command of `strobe`; imported only when that command runs."""
