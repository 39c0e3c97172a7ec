"""Clocks, timers and seeded chance."""
