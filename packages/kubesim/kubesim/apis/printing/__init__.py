"""Table columns of built-in kinds, as kubectl get prints them."""
