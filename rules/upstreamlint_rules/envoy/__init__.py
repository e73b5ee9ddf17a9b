"""Rules about Envoy."""
