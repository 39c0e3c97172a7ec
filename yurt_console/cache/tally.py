"""Counters that follow a table row by row, so that a total costs the same at ten rows and at a million."""
