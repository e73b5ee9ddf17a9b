"""What a location of nginx asks of another: `auth_request` before it answers, `mirror` beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Purpose
from upstreamlint.graph.nodes import Edge
from upstreamlint.programs.nginx.config import Config
from upstreamlint.programs.nginx.model import Location
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.values import frozen

_ASKED = {"auth_request": Purpose.DEPENDENCY, "mirror": Purpose.MIRROR}


@frozen
class Role:
    """Why a location is there, and what nginx asks it."""

    purpose: Purpose
    asked: Scalar


def roles(config: Config) -> dict[int, Role]:
    """What the locations that only nginx itself asks are there for, by their identity."""
    found: dict[int, Role] = {}
    for server in config.servers:
        every = list(server.all_locations())
        blocks = [server.directives, *(location.directives for location in every)]
        for d in (d for b in blocks for d in b if d.name.value in _ASKED and d.args):
            location = _taking(every, d.args[0].value)
            if location is not None and any(i.name.value == "internal" for i in location.directives):
                found[id(location)] = Role(_ASKED[d.name.value], d.args[0])
    return found


def _taking(locations: list[Location], uri: str) -> Location | None:
    """The location that a URI comes to: the one of its own name, else the longest that it begins with where no pattern may take it."""
    plain = [one for one in locations if one.path is not None and one.modifier in ("", "=", "^~")]
    own = [one for one in plain if one.path is not None and one.path.value == uri]
    if own or len(plain) < len(locations):
        return own[-1] if own else None
    begun = [o for o in plain if o.modifier != "=" and o.path is not None and uri.startswith(o.path.value)]
    return max(begun, key=lambda o: len(o.path.value) if o.path is not None else 0, default=None)


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
