"""HTTP: one route table, the guard, one place that turns errors into responses, a module per noun."""
