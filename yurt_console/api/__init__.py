"""The HTTP API: route table, guard, error responses, list endpoints, object pages, streams."""
