"""The simulated kubelets, their logs and metrics."""
