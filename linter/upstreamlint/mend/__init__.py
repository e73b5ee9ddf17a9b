"""Findings whose fix is certain, mended: which edits hold, and how they reach the files byte by byte."""
