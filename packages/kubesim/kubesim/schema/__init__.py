"""Schemas: OpenAPI types of built-in kinds, structural schemas, merge strategies, JSONPath."""
