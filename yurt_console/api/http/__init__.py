"""HTTP: routes, guard, middleware, errors and responses."""
