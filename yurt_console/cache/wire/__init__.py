"""Wire structs of Kubernetes objects, reduced to the fields that rows need, and their conversion to rows."""
