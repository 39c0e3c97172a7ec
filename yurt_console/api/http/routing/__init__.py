"""Routes: their declaration, finding them, and the OpenAPI document."""
