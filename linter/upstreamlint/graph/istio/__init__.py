"""Istio: hosts, subsets, gateways and policies, joined with Services and pods."""
