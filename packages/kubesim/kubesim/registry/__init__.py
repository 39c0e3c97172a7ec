"""The generic API server: reads, writes, lists and patches of all kinds."""
