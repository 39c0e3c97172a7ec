"""The cluster under test: its contents, the API server, and the processes that run on it."""
