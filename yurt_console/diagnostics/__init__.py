"""Diagnostics of a cluster: findings and their remedies. Read-only."""
