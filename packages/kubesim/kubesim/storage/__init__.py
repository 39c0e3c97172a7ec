"""The revision log, and its journal in SQLite."""
