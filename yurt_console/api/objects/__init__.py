"""Object pages: single objects as the API server returns them."""
