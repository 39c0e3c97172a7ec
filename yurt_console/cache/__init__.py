"""A live copy of the cluster: tables and totals, reflectors, and the feed of changes."""
