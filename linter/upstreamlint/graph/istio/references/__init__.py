"""References of Istio's kinds, and what they came to."""
