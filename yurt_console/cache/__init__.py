"""A live copy of the cluster: rows, tables, tallies, reflectors and the feed of changes."""
