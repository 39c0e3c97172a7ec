"""The HTTP layer of the API server."""
