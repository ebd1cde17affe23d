"""Tools of the Makefile: the virtual environment, the demo, the checks and the lock files."""
