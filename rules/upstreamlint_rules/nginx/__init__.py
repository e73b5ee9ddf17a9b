"""Rules about nginx."""
