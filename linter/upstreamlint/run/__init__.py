"""A run, from paths to a result."""
