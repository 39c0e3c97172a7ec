"""Handlers of subresources: scale, binding, eviction, finalize, approval."""
