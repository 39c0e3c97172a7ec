"""Security and webhook calls around the registry."""
