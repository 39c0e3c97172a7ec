"""Kubernetes vocabulary and the only client for it; nothing here knows OpenYurt or accounts."""
