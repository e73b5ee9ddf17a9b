"""Find the wiring that will answer "503 no healthy upstream", before it is deployed.

What a rule may use is importable from here. The names are loaded when they are first asked for, so that
the command starts at once.
"""

from __future__ import annotations

import importlib

from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.finding import Finding, Label, Severity, Symptom
    from upstreamlint.graph import Graph
    from upstreamlint.rules import rule

__all__ = ["Finding", "Graph", "Label", "Severity", "Symptom", "rule"]

_HOMES = {
    "Finding": "finding",
    "Graph": "graph",
    "Label": "finding",
    "Severity": "finding",
    "Symptom": "finding",
    "rule": "rules",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(f"upstreamlint.{_HOMES[name]}"), name)
    raise AttributeError(name)
