"""kube-controller-manager and kube-scheduler, as keyed reconcilers on one timer queue."""
