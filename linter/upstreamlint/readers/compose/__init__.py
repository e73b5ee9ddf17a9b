"""Docker Compose projects: several files in, one tree with the place of every value out."""
