"""Where the URI of an `auth_request` comes to: a location of its own, or back to the application that it guards.

A subrequest looks for its location as a request does, and the access phase is not run for it again (src/http/ngx_http_core_module.c,
`ngx_http_core_find_location`, `ngx_http_core_access_phase`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.nginx.answers.locations import find
from upstreamlint.programs.nginx.config import Location, Server
from upstreamlint.programs.nginx.language.syntax import Directive
from upstreamlint.values import frozen

_OF_LOGIN = patterns.compile(r"auth|verify|validate|login|sso|outpost", re.IGNORECASE)


@frozen
class Asked:
    """An `auth_request` that no location of its own answers.

    `back` is the location that it comes to, nothing where none takes it. `meant` is the location for it that nobody asks.
    `open` says that an include that is not read may bring one.
    """

    uri: Scalar
    back: Location | None
    meant: Location | None
    open: bool


def unanswered(server: Server) -> Iterator[Asked]:
    """Every `auth_request` of a server that comes back to what it guards, or to nobody."""
    every = list(server.all_locations())
    if not every:
        return
    asking = [(location, d) for location in every for d in _named(location.directives)]
    asking += [
        (location, d)
        for location in every
        for d in _named(server.directives)
        if not _named(location.directives)
    ]
    unasked = _unasked(server, every)
    seen: set[str] = set()
    for location, directive in asking:
        uri = directive.args[0]
        if uri.value in seen or "$" in uri.value or not uri.value.startswith("/"):
            continue
        found = find(server.locations, uri.value.partition("?")[0])
        if isinstance(found, str):
            continue
        if found is None or (found is location and not _is_internal(found) and found.passes):
            seen.add(uri.value)
            yield Asked(uri, found, unasked, _is_open(server.directives))


def _named(directives: Sequence[Directive]) -> list[Directive]:
    return [d for d in directives if d.name.value == "auth_request" and d.args and d.args[0].value != "off"]


def _is_internal(location: Location) -> bool:
    return any(d.name.value == "internal" for d in location.directives)


def _unasked(server: Server, every: Sequence[Location]) -> Location | None:
    """The one location for a login that only nginx itself may ask, and that nothing names."""
    named = [d for d in _all(server.directives) if d.name.value != "location"]
    text = {a.value.partition("?")[0] for d in named for a in d.args}
    found = [
        one
        for one in every
        if one.path is not None
        and _is_internal(one)
        and _OF_LOGIN.search(one.path.value)
        and one.modifier in ("", "=", "^~")
        and one.path.value not in text
    ]
    return found[0] if len(found) == 1 else None


def _all(directives: Sequence[Directive]) -> Iterator[Directive]:
    for directive in directives:
        yield directive
        yield from _all(directive.block or ())


def _is_open(directives: Sequence[Directive]) -> bool:
    return any(d.name.value == "include" or _is_open(d.block or ()) for d in directives)
