"""Measurements of the web page in a real browser."""
