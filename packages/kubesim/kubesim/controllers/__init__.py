"""kube-controller-manager and the scheduler."""
