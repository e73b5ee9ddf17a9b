"""Services: what they select, the ports of pods that they lead to, endpoints written by hand, and names that stand for others."""
