"""``yurt-console serve``."""
