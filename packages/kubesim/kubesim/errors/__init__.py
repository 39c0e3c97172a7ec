"""The API server's refusals, in its own words."""
