"""One record per kind (`registry.KINDS`): tables, routes, object pages and permissions derive from it."""
