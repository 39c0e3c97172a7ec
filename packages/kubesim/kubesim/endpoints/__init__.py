"""The HTTP endpoints of the API server."""
