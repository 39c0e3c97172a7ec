"""The controllers, the scheduler and the kubelets, in virtual time."""
