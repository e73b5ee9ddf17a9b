"""Findings that a team lives with: ignore comments and the baseline."""

MARK = "upstreamlint:"
"""What a comment to the program begins with."""
