"""Connections to an API server: their interface, and its implementation on aiohttp."""
