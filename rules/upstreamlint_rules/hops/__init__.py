"""Rules about hops between any two programs: whoever dials, and whatever answers."""
