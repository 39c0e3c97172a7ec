"""The kubelets of all simulated nodes, with their logs and metrics."""
