"""Kubernetes objects as they come on the wire, as far as a row needs them, and the way from there to rows."""
