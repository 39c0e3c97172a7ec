"""Yurt Console: the web console that lets people use OpenYurt without kubectl.

Its layers are declared in ``pyproject.toml`` for import-linter; ``docs/architecture.md`` says what is where.
"""

__version__ = "0.1.0.dev0"
