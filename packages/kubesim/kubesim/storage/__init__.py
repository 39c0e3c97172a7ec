"""The change log and the file it is kept in."""
