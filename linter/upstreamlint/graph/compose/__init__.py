"""Compose projects in the graph: the ways in, and what labels and variables ask for."""
