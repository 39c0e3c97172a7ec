"""Kubernetes API machinery: Status errors, resources, selectors, quantities, names and durations."""

__version__ = "0.1.0.dev0"
