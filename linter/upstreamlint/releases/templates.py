"""Actions of a template language in a statement, as far as what they print is known from the files.

Nothing is run: an action that is more than a name with a few harmless functions behind it prints `UNKNOWN`, which reads
as something to be filled in wherever it ends up.
"""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint import patterns

UNKNOWN = "$(unknown)"

_ACTION = patterns.compile(r"\{\{([^{}]*+(?>(?:\{[^{}]*+\}[^{}]*+)*))\}\}")
_INDEX = patterns.compile(r"index[ \t]+\.?([\w.]+)[ \t]+[\"']?([\w-]+)[\"']?\Z")
_NAME = patterns.compile(r"[.$]?[\w][\w.\[\]-]*\Z")
_DEFAULT = patterns.compile(r"default[ \t]+(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+))\Z")
_KEEPS = frozenset({"quote", "squote", "toString", "trim"})
"""Functions that leave a plain word what it is; quotes are put around it below."""


def filled(text: str, parameters: Mapping[str, str]) -> str:
    """A text with its actions replaced; names are looked up without the dot in front."""
    return (
        _ACTION.sub(lambda found: _printed(found[1].strip(" \t-"), parameters), text)
        if "{{" in text
        else text
    )


def is_known(text: str) -> bool:
    """Whether nothing in a text is left to be filled in."""
    return UNKNOWN not in text and "{{" not in text


def _printed(action: str, parameters: Mapping[str, str]) -> str:
    first, *functions = (part.strip() for part in action.split("|"))
    value = _looked_up(first, parameters)
    quoted = ""
    for function in functions:
        default = _DEFAULT.match(function)
        if default is not None:
            value = value or next((group for group in default.groups() if group is not None), "")
        elif function in _KEEPS:
            quoted = {"quote": '"', "squote": "'"}.get(function, quoted)
        elif function == "lower" and value is not None:
            value = value.lower()
        else:
            return UNKNOWN
    return UNKNOWN if value is None else f"{quoted}{value}{quoted}"


def _looked_up(expression: str, parameters: Mapping[str, str]) -> str | None:
    index = _INDEX.match(expression)
    if index is not None:
        return parameters.get(f"{index[1]}[{index[2]}]", parameters.get(f"{index[1]}.{index[2]}"))
    if expression[:1] in ("'", '"') and expression[-1:] == expression[:1] and len(expression) > 1:
        return expression[1:-1]
    return parameters.get(expression.lstrip(".$")) if _NAME.match(expression) else None
