"""Authentication: client certificates, ServiceAccount tokens, bootstrap tokens."""
