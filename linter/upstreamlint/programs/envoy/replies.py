"""What an Envoy answers by itself: no virtual host, no route, `redirect`, `direct_response`.

Measured on Envoy 1.40.0: 404 with the flag NR where no virtual host or no route takes a request.
"""

from __future__ import annotations

from upstreamlint.facets.reply import Reply, Request
from upstreamlint.programs.envoy.domains import exact, taking
from upstreamlint.programs.envoy.types import Bootstrap, EnvoyRoute, VirtualHost
from upstreamlint.source import Anchor

_NOWHERE = 404


def reply(bootstrap: Bootstrap, request: Request) -> Reply | None:
    """What a request gets, where no route hands it on and no filter steps in."""
    hosts = table(bootstrap, request.port)
    # An address as the Host is taken by nothing but `*`.
    virtual = taking(hosts, request.host or "*") if hosts else None
    if virtual is None:
        return turned_away(bootstrap, request)
    if virtual.filtered:
        return None
    for route in virtual.routes:
        fits = _fits(route, request.path)
        if fits is None:
            return None
        if fits:
            return _answer(route)
    return _nowhere(virtual.anchor, "none of its routes takes this path")


def turned_away(bootstrap: Bootstrap, request: Request) -> Reply | None:
    """What a Host gets that no virtual host has."""
    hosts = table(bootstrap, request.port)
    if not hosts or not request.host or taking(hosts, request.host) is not None:
        return None
    domains = [d for one in hosts for d in one.domains]
    if not domains:
        return None
    lost = _nowhere(domains[0].anchor, f"the domains are {_listed([d.value for d in domains])}")
    return Reply(status=lost.status, anchor=lost.anchor, text=lost.text, flag="NR", instead=exact(hosts))


def table(bootstrap: Bootstrap, number: int) -> tuple[VirtualHost, ...]:
    """The virtual hosts of the one route table of a listener; none where connections are told apart before, or more may come."""
    listeners = [one for one in bootstrap.listeners if one.port == number]
    if len(listeners) != 1 or bootstrap.more_listeners:
        return ()
    hosts = listeners[0].hosts
    one = len({h.table for h in hosts}) == 1 and listeners[0].chains == 1
    return hosts if one and all(h.domains for h in hosts) else ()


def _fits(route: EnvoyRoute, path: str) -> bool | None:
    """Whether a route takes a path; nothing where it asks for more."""
    if route.takes_all:
        return path.startswith(route.begins)
    return path == route.begins if route.exact else None


def _answer(route: EnvoyRoute) -> Reply | None:
    if route.answer is None:
        return None
    status, what, moved = route.answer
    return Reply(status=status, anchor=route.anchor, text=what, location=moved)


def _nowhere(anchor: Anchor, text: str) -> Reply:
    return Reply(status=_NOWHERE, anchor=anchor, text=text, flag="NR")


def _listed(domains: list[str]) -> str:
    return ", ".join(f"`{d}`" for d in domains[:3]) + (", …" if len(domains) > 3 else "")  # noqa: PLR2004 - what fits
