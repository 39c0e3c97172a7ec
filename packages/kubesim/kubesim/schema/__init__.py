"""OpenAPI types, structural schemas and JSONPath."""
