"""The workload controllers."""
