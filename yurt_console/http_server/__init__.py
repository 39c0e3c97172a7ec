"""HTTP servers: what the programs share."""
