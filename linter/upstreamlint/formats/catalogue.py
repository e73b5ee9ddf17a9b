"""The rules, as a table for people and as JSON for tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from upstreamlint.rules import Rule


def as_table(rules: Sequence[Rule]) -> str:
    """A line for each rule, by group."""
    widest = max((len(rule.name) for rule in rules), default=0)
    blocks = []
    for group, members in groupby(sorted(rules, key=lambda r: (r.group, r.name)), key=lambda r: r.group):
        lines = [f"  {rule.name:<{widest}}  {rule.severity:<7}  {rule.summary}" for rule in members]
        blocks.append("\n".join([group, *lines]))
    return (
        "\n\n".join([*blocks, f"{len(rules)} rules; `upstreamlint explain RULE` shows a rule's page"]) + "\n"
    )


def as_json(rules: Sequence[Rule]) -> str:
    """A list of objects, sorted by name."""
    listed = [
        {
            "name": rule.name,
            "group": rule.group,
            "severity": rule.severity.value,
            "since": rule.since,
            "summary": rule.summary,
            "doc": rule.doc,
        }
        for rule in sorted(rules, key=lambda rule: rule.name)
    ]
    return json.dumps(listed, indent=2) + "\n"
