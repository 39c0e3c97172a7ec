"""Diagnostics of a cluster: findings and their remedies. Reads only, changes nothing."""
