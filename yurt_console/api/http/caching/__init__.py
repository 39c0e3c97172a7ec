"""Caches of callers, indexes and replies."""
