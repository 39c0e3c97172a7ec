"""Table columns of kubectl get."""
