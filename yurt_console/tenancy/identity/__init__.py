"""Identity: principals, sessions, scopes, impersonation."""
