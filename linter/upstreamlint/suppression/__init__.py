"""Findings that a team lives with: ignore comments and the baseline."""
