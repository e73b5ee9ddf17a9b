"""Kubernetes in the graph: Services to pods, Ingress, probes, what controllers make, and what names in variables mean."""
