"""What a location of nginx asks of another: `auth_request` before it answers, `mirror` beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.facets.dial import Purpose
from upstreamlint.graph.nodes import Edge
from upstreamlint.programs.nginx.config import Config
from upstreamlint.programs.nginx.references import ProxyPass

_ASKED = {"auth_request": Purpose.DEPENDENCY, "mirror": Purpose.MIRROR}


def roles(config: Config) -> dict[int, Purpose]:
    """What the locations that only nginx itself asks are there for, by their identity."""
    found: dict[int, Purpose] = {}
    for server in config.servers:
        every = list(server.all_locations())
        blocks = [server.directives, *(location.directives for location in every)]
        named = {
            d.args[0].value: d.name.value for b in blocks for d in b if d.name.value in _ASKED and d.args
        }
        for location in every:
            inside = any(d.name.value == "internal" for d in location.directives)
            asked = named.get(location.path.value) if location.path is not None else None
            if inside and asked is not None and location.modifier in ("", "=", "^~"):
                found[id(location)] = _ASKED[asked]
    return found


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
            named = [d for d in scope.all("auth_request") if d.args]
            if not named:
                continue
            uri = named[0].args[0]
            for asked in by_path.get((id(passed.server), uri.value.partition("?")[0]), ()):
                if asked is not passed:
                    text = f"asks `{uri.value}` whether the request is allowed"
                    yield Edge(passed.route, asked.route, uri.anchor, text)
            break
