"""JSON patch, strategic merge patch, server-side apply."""
