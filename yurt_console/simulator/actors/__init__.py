"""Those who live in the simulated cluster: controllers, the scheduler, kubelets."""
