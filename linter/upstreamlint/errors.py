"""What stops a run."""

from __future__ import annotations


class UsageError(Exception):
    """The job cannot be done as asked: a bad option, config file, path or plugin. Exit status 2."""


class NothingToCheckError(UsageError):
    """No file that is read was found."""
