"""What a location of nginx asks of another before it answers: `auth_request`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.graph.nodes import Edge
from upstreamlint.programs.nginx.references import ProxyPass


def edges(passes: Iterable[ProxyPass]) -> Iterator[Edge]:
    """From each route to the one that its `auth_request` names: without an answer from there it is `500`."""
    by_path: dict[tuple[int, str], list[ProxyPass]] = {}
    found = list(passes)
    for passed in found:
        location = passed.location
        if location is not None and location.path is not None and location.modifier in ("", "=", "^~"):
            by_path.setdefault((id(passed.server), location.path.value), []).append(passed)
    for passed in found:
        for scope in passed.target.scopes:
            named = [d for d in scope.directives if d.name.value == "auth_request" and d.args]
            if not named:
                continue
            uri = named[0].args[0]
            for asked in by_path.get((id(passed.server), uri.value.partition("?")[0]), ()):
                if asked is not passed:
                    text = f"asks `{uri.value}` whether the request is allowed"
                    yield Edge(passed.route, asked.route, uri.anchor, text)
            break
