"""Statistics, promises and the Markdown report (pure)."""
