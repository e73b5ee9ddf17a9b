"""The Gateway API in the graph: routes, what they attach to, and their backends."""
