"""Constraints of a provider: which labels a container must carry to be taken.

After pkg/provider/constraints/constraints_labels.go: `Label` and `LabelRegex` with `&&`, `||`, `!` and parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.programs.traefik.expression import Call, Expression, Fault, Not, parse

_PAIR = 2
_ALIKE = patterns.compile(r"\^?(?:[\w/ :|-]|\\[.\-/]|\.[*+]?){0,200}\$?")
"""Expressions that Go and Python read alike, and that neither takes long over."""


def takes(expression: str, labels: Mapping[str, str]) -> bool | None:
    """Whether a container with these labels is taken; nothing where that cannot be told."""
    found = parse(expression)
    return None if isinstance(found, Fault) else _holds(found, labels)


def _holds(one: Expression, labels: Mapping[str, str]) -> bool | None:
    if isinstance(one, Call):
        return _call(one, labels)
    if isinstance(one, Not):
        inner = _holds(one.inner, labels)
        return None if inner is None else not inner
    found = [_holds(part, labels) for part in one.parts]
    decides = not one.every
    return decides if decides in found else None if None in found else not decides


def _call(one: Call, labels: Mapping[str, str]) -> bool | None:
    if len(one.arguments) != _PAIR:
        return None
    name, wanted = (argument.value for argument in one.arguments)
    value = labels.get(name, "")
    if one.name == "Label":
        return value == wanted
    if one.name == "LabelRegex" and _ALIKE.fullmatch(wanted) and wanted.count(".") <= _DOTS:
        return re.search(wanted, value[:_LONGEST]) is not None
    return None


_DOTS, _LONGEST = 4, 300
