"""Policies in the graph: which hops they admit, and which they deny."""
