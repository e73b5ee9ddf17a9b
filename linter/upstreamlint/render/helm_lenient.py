"""A chart whose own values are not enough to install it: what it asks for is put in, so that the rest of it can be read.

Helm refuses such a chart with the words of `required` or `fail`, with those of its schema, or where a template takes a
value below one that is not there, as those of a dependency are that nobody has fetched. In place of each stands a
placeholder that nobody takes for a name; a library that nobody has fetched is stood in for by what its templates are called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from upstreamlint import patterns
from upstreamlint.render.helm_archive import archive, templates
from upstreamlint.render.helm_kinds import answered
from upstreamlint.render.helm_stubs import FILE, stub
from upstreamlint.typed import Any

MOST = 60
"""So many values are put in."""
_ACTION = patterns.compile(
    r"\{\{(?:[^{}\"`]|\"(?:[^\"\\]|\\.){0,2000}\"|`[^`]{0,2000}`|\{(?!\{)|\}(?!\})){0,4000}\}\}"
)
_REQUIRED = patterns.compile(r"(?<![\w.$-])required(\s+)(\"(?:[^\"\\]|\\.){0,2000}\"|`[^`]{0,2000}`)")
_REQUIRED_MADE = patterns.compile(r"(?<![\w.$-])required(?=\s+\()")
_FAIL = patterns.compile(r"(?<![\w.$-])fail(?=\s+[\"`($.]|\s*-?\}\})")
_OF_TEXT = patterns.compile(r"\|[ \t]*(b64enc|b64dec|sha256sum|sha1sum)\b")
"""What refuses a value that is not there as no string, as Secrets are made of."""
_API = patterns.compile(r"(?<![\w.$-])lookup\s+\"v1\"\s+\"Service\"\s+\"default\"\s+\"kubernetes\"")
_ITS_SERVICE = 'dict "spec" (dict "clusterIP" "10.96.0.1")'
"""The Service of the API server, which every cluster has."""
_NIL = patterns.compile(r"<[^<>]{0,200}?\.Values\.([\w.-]{1,200})[^<>]{0,100}>:\s+nil pointer evaluating")
_RANGED = patterns.compile(r"range can't iterate over <([\w.-]{1,200})>")
_DEFINED = patterns.compile(r"\bdefine\s+\"([\w./-]{1,200})\"")
_TAKEN = patterns.compile(r"\.Values\.(\w{1,100}(?:\.\w{1,100}){0,10})")
_SCHEMA = "values.schema.json"
_NOTES = "NOTES.txt"


def unasking(
    folder: str, stubs: Collection[str] = (), without: Collection[str] = ()
) -> tuple[bytes, frozenset[str]]:
    """An archive of a chart's folder whose templates demand nothing, and that has no schema; and the values that they take.

    What is said after an install makes no objects, and is left out. `stubs` are the names of templates that it includes
    and does not hold, `without` the files that do not render.
    """
    taken: set[str] = set()

    def undemanding(text: str) -> str:
        taken.update(_TAKEN.findall(text))
        return _ACTION.sub(_undemanding, answered(text))

    defined = {name for text in templates(folder) for name in _DEFINED.findall(text)} if stubs else set()
    more = {FILE: "".join(stub(name, defined) for name in sorted(stubs))} if stubs else {}
    return archive(folder, undemanding, without=(_SCHEMA, _NOTES, *without), more=more), frozenset(taken)


def _undemanding(action: re.Match[str]) -> str:
    whole = _API.sub(_ITS_SERVICE, action[0])
    text = _REQUIRED.sub(r'default\1"<required>"', _OF_TEXT.sub(r"| toString | \1", whole))
    return _FAIL.sub("substr 0 0", _REQUIRED_MADE.sub("default", text))


def filled(
    render: Callable[[dict[str, Any]], dict[str, str]], values: dict[str, Any], taken: Collection[str]
) -> dict[str, str]:
    """The templates rendered, with every value put in that the engine finds no place to look for; or its last error.

    With one go the others that are `taken` beside it: the function that gets one of them may refuse nothing at all.
    """
    from helm_python import HelmError

    for _ in range(MOST):
        try:
            return render(values)
        except HelmError as error:
            listed = _RANGED.findall(str(error))
            if listed and _empty(values, listed[-1]):
                continue
            wanting = _NIL.findall(str(error))
            below = _first_missing(values, wanting[-1]) + "." if wanting else ""
            if not wanting or not _put(values, wanting[-1]):
                raise
            for path in sorted((t for t in taken if t.startswith(below)), reverse=True):
                _put(values, path)
    return render(values)


def _empty(values: dict[str, Any], path: str) -> bool:
    """Put nothing in the place of a placeholder that a template goes through; false where none stands."""
    *above, last = path.split(".")
    node: Any = values
    for part in above:
        node = node.get(part) if isinstance(node, dict) else None
    if not isinstance(node, dict) or node.get(last) != f"<{path}>":
        return False
    node[last] = {}
    return True


def _first_missing(values: dict[str, Any], path: str) -> str:
    """The shortest beginning of a path at which nothing is; the path itself where something is at each."""
    node: Any = values
    parts = path.split(".")
    for count, part in enumerate(parts, 1):
        if not isinstance(node, dict) or part not in node:
            return ".".join(parts[:count])
        node = node[part]
    return path


def _put(values: dict[str, Any], path: str) -> bool:
    """Put a placeholder at a path; false where one stands there or above it."""
    node = values
    *above, last = path.split(".")
    for part in above:
        if not isinstance(node.setdefault(part, {}), dict):
            return False
        node = node[part]
    if last in node:
        return False
    node[last] = f"<{path}>"
    return True
