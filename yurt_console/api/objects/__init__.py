"""One object, as YAML or JSON."""
