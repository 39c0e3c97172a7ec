"""List endpoints."""
