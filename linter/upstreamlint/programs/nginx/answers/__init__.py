"""What an nginx answers by itself, and what it asks of its own locations before."""
