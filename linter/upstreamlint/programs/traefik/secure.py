"""Where Traefik speaks TLS, and with what: resolvers of certificates, TLS options, and the doors that routers stand at.

After pkg/server/router and cmd/traefik: a router with TLS takes requests over TLS alone, one without takes none of them; a
resolver that is not there leaves Traefik's own certificate, options that are not there take the router down. Measured on 3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.programs.traefik.model import EntryPoint, Router, Traefik
from upstreamlint.programs.traefik.names import Known, look_up
from upstreamlint.programs.traefik.references import NameKind, TraefikName, WrongDoor
from upstreamlint.programs.traefik.routes import hit_of
from upstreamlint.programs.traefik.taken import Labelled
from upstreamlint.readers.compose.tree import is_unknown

_HTTP, _HTTPS = 80, 443
_DEFAULT = "default"


def of_tls(
    traefik: Traefik, router: Router, names: Known, provider: str, by: str, hit: tuple[Affected, ...]
) -> Iterator[TraefikName]:
    """The resolver and the options that a router names."""
    if router.resolver is not None and traefik.complete:
        yield resolver(traefik, router.resolver, by, hit)
    if router.options is not None and router.options.value != _DEFAULT:
        yield look_up(names, "options", "tls", router.options, provider, NameKind.OPTIONS, by, hit)


def resolver(traefik: Traefik, written: Scalar, by: str, hit: tuple[Affected, ...]) -> TraefikName:
    """A resolver of certificates against those of the static configuration."""
    known = traefik.resolvers
    unknown = is_unknown(written) or is_placeholder(written.value)
    near = near_names(written.value, known.keys())[:1]
    return TraefikName(
        wanted=written.value,
        anchor=written.anchor,
        owner=traefik,
        verdict=Verdict.FOUND if written.value in known else Verdict.UNKNOWN if unknown else Verdict.CONFLICT,
        near=tuple(Candidate(known[n], f"certificate resolver `{n}`", n) for n in near),
        kind=NameKind.RESOLVER,
        traefik=traefik,
        by=by,
        hit=hit,
        far_end=((traefik.anchor, "the static configuration has no such resolver"),),
    )


def wrong_doors(traefik: Traefik, own: Iterable[Labelled]) -> Iterator[WrongDoor]:
    """Routers that take nothing of what comes in at their entry points."""
    if not traefik.complete or traefik.others:
        return
    routers = [
        (r, True) for one in own if one.passed is None and one.sure and not one.faults for r in one.routers
    ]
    routers += [(r, False) for r in (() if traefik.told.faults else traefik.told.routers)]
    rules = {
        (r.rule.value, _with_tls(traefik, r)) for r, _ in routers if r.rule is not None and _named(traefik, r)
    }
    for router, label in routers:
        points = _named(traefik, router)
        if router.protocol != "http" or router.rule is None or not points:
            continue
        secure = _with_tls(traefik, router)
        doors = [(point, _published(traefik, point)) for point in points]
        against = {_HTTPS} if not secure else {_HTTP}
        # A twin of the router may take what this one does not.
        if (router.rule.value, not secure) in rules or not all(
            found and found <= against for _, found in doors
        ):
            continue
        point, found = doors[0]
        yield WrongDoor(
            wanted=router.name,
            anchor=router.anchor,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            router=router.name,
            secure=not secure,
            published=min(found),
            traefik=traefik,
            hit=(hit_of(router, label=label),),
            far_end=((point.name.anchor, f"entry point `{point.name.value}`"),),
        )


def _named(traefik: Traefik, router: Router) -> list[EntryPoint]:
    """The entry points that a router names; none where it takes those that there are."""
    return [traefik.entry_points[p.value] for p in router.entry_points if p.value in traefik.entry_points]


def _with_tls(traefik: Traefik, router: Router) -> bool:
    return router.tls or any(point.tls for point in _named(traefik, router))


def _published(traefik: Traefik, point: EntryPoint) -> frozenset[int]:
    """The ports of the machine that lead to an entry point; none where that is not known."""
    service = traefik.service
    if service is None or service.network_mode is not None or point.redirects is not None:
        return frozenset()
    ports = [p for p in service.ports if p.protocol == "tcp"]
    if any(p.published is None or p.target is None for p in ports):
        return frozenset()
    return frozenset(p.published for p in ports if p.target == point.port and p.published is not None)
