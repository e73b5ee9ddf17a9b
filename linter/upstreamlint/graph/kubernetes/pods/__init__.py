"""Pods: how many there are, what they cannot start without, and the hosts that their variables name."""
