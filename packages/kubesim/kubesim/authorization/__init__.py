"""Authorization: RBAC, the node authorizer, access reviews."""
