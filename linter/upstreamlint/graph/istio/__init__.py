"""Istio, as istiod would configure the proxies: names, visibility, clusters, subsets, security."""
