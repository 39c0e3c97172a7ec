"""Load and measuring programs, each run as a process of its own with ``python -m bench.load.NAME``."""
