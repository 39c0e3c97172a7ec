"""The operator: controllers that carry out the plan of each account, nodes of tenants, the webhook."""
