"""``yurt-console users``."""
