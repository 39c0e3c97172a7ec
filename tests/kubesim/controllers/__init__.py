"""Controllers, scheduler and kubelets in virtual time."""
