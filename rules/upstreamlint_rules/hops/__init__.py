"""Rules about hops between any two programs: whoever dials, and whatever answers."""

NEEDS: frozenset[str] = frozenset()
"""Every technology makes hops."""
