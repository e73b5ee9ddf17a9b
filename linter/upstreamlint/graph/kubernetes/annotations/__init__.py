"""Annotations: keys that no controller reads, values that it does not take, and what goes by the paths beside them."""
