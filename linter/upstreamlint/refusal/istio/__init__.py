"""What istiod's admission webhook refuses beyond the schemas of its kinds.

Source: istio.io/istio, `pkg/config/validation`, of 2026-08-27.
"""
