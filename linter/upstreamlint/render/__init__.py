"""Kustomizations and charts rendered by their own engines, with every field's place in the files that made it."""
