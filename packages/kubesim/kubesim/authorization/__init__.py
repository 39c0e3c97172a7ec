"""Who may: RBAC, the node authorizer, access reviews."""
