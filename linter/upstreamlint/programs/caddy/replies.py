"""What a Caddy answers by itself: `respond`, `redir`, `error`, and handshakes for names that it has no certificate for.

After caddyconfig/httpcaddyfile/directives.go (the order of directives) and modules/caddyhttp/matchers.go (paths). Sites with middleware, or whose
blocks decide together, are not told.
"""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.facets.reply import Reply, Request
from upstreamlint.places.address import is_address
from upstreamlint.programs.caddy.names import ORDER
from upstreamlint.programs.caddy.types import Config, Match, Route, Site
from upstreamlint.source import Anchor

_RANK = {name: rank for rank, name in enumerate(ORDER)}
_BLOCKS = _RANK["handle"]


def reply(config: Config, request: Request) -> Reply | None:
    """What a request gets, where one directive of its site decides."""
    site = _taking(_on(config, request.port), request.name)
    if site is None and not _on(config, request.port):
        return _automatic(config, request)
    if site is None or not site.plain:
        return None
    fits = [(route, _fits(route, request)) for route in site.routes]
    if any(fit is None or route.conditional for route, fit in fits):
        return None
    chosen = _first([route for route, fit in fits if fit], nested=any(r.directives for r in site.routes))
    if chosen is None or chosen.status is None:
        return None
    return Reply(
        status=chosen.status,
        anchor=chosen.head,
        text=f"`{chosen.handler}` answers with {chosen.status}",
        location=chosen.location,
    )


def _automatic(config: Config, request: Request) -> Reply | None:
    """The redirect to TLS that Caddy adds for the hosts of its sites (modules/caddyhttp/autohttps.go), where it makes a listener for it."""
    site = _taking([s for s in config.sites if any(one.tls for one in s.listens)], request.name)
    added = any(one.port == request.port and one.tls is False for one in config.listens)
    if site is None or not request.name or not added or not config.complete:
        return None
    text = f"Caddy sends plain HTTP for `{site.title}` to TLS"
    return Reply(status=308, anchor=site.anchor, text=text, location="https://{host}{uri}")


def refuses_name(config: Config, number: int, name: str) -> tuple[Anchor, str] | None:
    """The site whose certificate is for another name, where no site of the port has one for this."""
    sites = _on(config, number)
    hosts = [a.host for s in sites for a in s.addresses]
    known = all(s.automatic and all(one.tls for one in s.listens) for s in sites) and all(hosts)
    if not sites or not known or any(is_address(h) or _covers(h, name.lower()) for h in hosts):
        return None
    listed = ", ".join(f"`{h}`" for h in hosts[:3])
    return sites[0].anchor, f"has certificates for {listed} alone"


def _on(config: Config, number: int) -> list[Site]:
    return [s for s in config.sites if any(one.port == number for one in s.listens)]


def _taking(sites: Sequence[Site], name: str) -> Site | None:
    """The site that takes a host; nothing where a path of its address, or a placeholder, has a say."""
    addresses = [(a, s) for s in sites for a in s.addresses]
    if any(a.path.strip("/*") or not a.known for a, _ in addresses):
        return None
    named = [s for a, s in addresses if a.host == name] if name else []
    wild = [s for a, s in addresses if name and "*" in a.host and _covers(a.host, name)]
    return next(iter([*named, *wild, *(s for a, s in addresses if not a.host)]), None)


def _covers(host: str, name: str) -> bool:
    first, _, rest = name.partition(".")
    return host == name or (host.startswith("*.") and bool(first) and host[2:] == rest)


def _fits(route: Route, request: Request) -> bool | None:
    found: bool | None = True
    for match in route.matches:
        fit = _matches(match, request)
        if fit is False:
            return False
        found = found and fit
    return found


def _matches(match: Match, request: Request) -> bool | None:
    if match.methods and request.method not in match.methods:
        return False
    fits = [_path(pattern.lower(), request.path.lower()) for pattern in match.paths]
    if match.paths and True not in fits:
        return None if None in fits else False
    if match.hosts and request.name not in match.hosts:
        return None if not request.name or any("*" in h for h in match.hosts) else False
    return None if match.other else True


def _path(pattern: str, path: str) -> bool | None:
    """A path with `*` at its ends."""
    inner = pattern.strip("*")
    if "*" in inner or "{" in inner:
        return None
    match pattern.startswith("*"), pattern.endswith("*"):
        case True, True:
            return inner in path
        case True, False:
            return path.endswith(inner)
        case False, True:
            return path.startswith(inner)
    return path == pattern


def _first(routes: Sequence[Route], *, nested: bool) -> Route | None:
    """The one that runs before the others: by the order of directives, then by the longest path."""
    ranked = sorted(routes, key=lambda r: (_rank(r), -_length(r)))
    if not ranked or ranked[0].directives or (nested and _rank(ranked[0]) >= _BLOCKS):
        return None
    alike = [r for r in ranked[1:] if _rank(r) == _rank(ranked[0]) and _length(r) == _length(ranked[0])]
    return ranked[0] if not alike else None


def _rank(route: Route) -> int:
    return _RANK.get(route.directives[0] if route.directives else route.handler, len(ORDER))


def _length(route: Route) -> int:
    return max((len(p) for m in route.matches for p in m.paths), default=0)
