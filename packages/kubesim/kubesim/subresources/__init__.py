"""Handlers of subresources."""
