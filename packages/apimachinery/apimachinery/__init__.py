"""Kubernetes API machinery: Status errors, resources, selectors, quantities, times, durations, validation."""

__version__ = "0.1.0.dev0"
