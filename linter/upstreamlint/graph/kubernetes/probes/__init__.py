"""Probes: the ports that the kubelet asks by name and by number, and what the program there answers."""
