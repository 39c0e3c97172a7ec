"""The simulator's HTTP face: an ASGI app that routes Kubernetes' addresses to the server."""
