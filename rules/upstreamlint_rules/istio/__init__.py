"""Rules about Istio."""
