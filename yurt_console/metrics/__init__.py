"""Prometheus metrics: the parts that `serve` and `operator` share."""
