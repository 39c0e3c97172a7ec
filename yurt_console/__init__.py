"""Yurt Console: the web console that lets people use OpenYurt without kubectl.

The package is layered, and import-linter keeps it so: ``cli -> api | operator | simulator ->
tenancy -> cache | yurt -> kube -> settings``. ``docs/architecture.md`` says what lives where.
"""

__version__ = "0.1.0.dev0"
