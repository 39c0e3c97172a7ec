"""Byte streams of pods: logs, and commands in containers."""
