"""What a router names that has to be there: a rule, entry points, a service, middlewares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import is_slip, near_names
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.programs.traefik.matchers import V2, refusals
from upstreamlint.programs.traefik.model import Named, Router, Traefik
from upstreamlint.programs.traefik.names import Known, look_up
from upstreamlint.programs.traefik.references import (
    NameKind,
    RouterMisspelt,
    RouterRule,
    RouterWithoutService,
    TraefikName,
)
from upstreamlint.programs.traefik.routes import hit_of
from upstreamlint.programs.traefik.secure import of_tls
from upstreamlint.readers.compose.tree import is_unknown, part

INTERNAL = "@internal"


def unlinked(traefik: Traefik, router: Router, named: Iterable[Named]) -> Iterator[RouterWithoutService]:
    """A router that could have more than one service of its container."""
    own = [n for n in named if n.kind == "service" and n.protocol == router.protocol]
    if router.service is None and len(own) > 1:
        yield RouterWithoutService(
            wanted=router.name,
            anchor=router.anchor,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            services=tuple(n.name for n in own),
            traefik=traefik,
            hit=(hit_of(router, label=True),),
            far_end=tuple((n.anchor, f"service `{n.name}`") for n in own[:2]),
        )


def misspelt(traefik: Traefik, routers: Sequence[Router]) -> Iterator[RouterMisspelt]:
    """Routers of a container that no label gives a rule, beside one of nearly their name that has one."""
    for router in routers:
        if router.rule is not None:
            continue
        meant = [
            r for r in routers if r.protocol == router.protocol and r.rule and is_slip(router.name, r.name)
        ]
        if len(meant) == 1:
            yield RouterMisspelt(
                wanted=router.name,
                anchor=router.anchor,
                owner=traefik,
                verdict=Verdict.CONFLICT,
                meant=meant[0].name,
                says=_said(router),
                traefik=traefik,
                hit=(hit_of(meant[0], label=True),),
                far_end=((meant[0].anchor, f"router `{meant[0].name}` has a rule"),),
            )


def _said(router: Router) -> str:
    """What labels set of a router, the gravest first."""
    said = (
        ("middlewares", router.middlewares),
        ("TLS", router.tls or router.resolver or router.options),
        ("service", router.service),
        ("entry points", router.entry_points),
    )
    return next((name for name, value in said if value), "settings")


def of_router(
    traefik: Traefik, router: Router, names: Known, provider: str, *, label: bool
) -> Iterator[Reference]:
    """The entry points and the middlewares of a router."""
    hit = (hit_of(router, label=label),)
    by = f"router `{router.name}`"
    yield from _of_rule(traefik, router, hit, label=label)
    points = traefik.entry_points if traefik.complete else {}
    missing = [
        p for p in router.entry_points if points and p.value not in points and not is_placeholder(p.value)
    ]
    for point in missing:
        if is_unknown(point):
            continue
        near = near_names(point.value, points.keys())[:1] or [
            n for n in points if n.lower() == point.value.lower()
        ]
        yield TraefikName(
            wanted=point.value,
            anchor=point.anchor,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            near=tuple(Candidate(points[n].name.anchor, f"entry point `{n}`", n) for n in near),
            kind=NameKind.ENTRY_POINT,
            traefik=traefik,
            by=by,
            hit=hit,
            far_end=((traefik.anchor, f"Traefik has the entry points {_listed(points)}"),),
            partly=len(missing) < len(router.entry_points),
        )
    yield from of_tls(traefik, router, names, provider, by, hit)
    if router.service is not None and router.service.value.endswith(INTERNAL) and traefik.complete:
        yield _internal(traefik, router.service, by, hit)
    if router.service is not None and router.service.value.endswith(("@docker", "@swarm")) and not label:
        yield look_up(names, "service", router.protocol, router.service, provider, NameKind.SERVICE, by, hit)
    for name in router.middlewares:
        yield look_up(names, "middleware", router.protocol, name, provider, NameKind.MIDDLEWARE, by, hit)


def _internal(traefik: Traefik, written: Scalar, by: str, hit: tuple[Affected, ...]) -> TraefikName:
    """A service of Traefik's own, which the static configuration switches on."""
    near = near_names(written.value, traefik.shown)[:1]
    return TraefikName(
        wanted=written.value,
        anchor=written.anchor,
        owner=traefik,
        verdict=Verdict.FOUND if written.value in traefik.shown else Verdict.CONFLICT,
        near=tuple(Candidate(traefik.anchor, f"Traefik has `{n}`", n) for n in near),
        kind=NameKind.SERVICE,
        traefik=traefik,
        by=by,
        hit=hit,
        far_end=((traefik.anchor, "the static configuration does not switch it on"),),
    )


def _of_rule(
    traefik: Traefik, router: Router, hit: tuple[Affected, ...], *, label: bool
) -> Iterator[RouterRule]:
    """What is wrong with the rule of a router; one without a rule has the provider's, where labels make it."""
    syntax = V2 if V2 in (router.syntax, traefik.syntax) else traefik.syntax
    if not syntax or not traefik.complete or (router.rule is None and (label or router.protocol != "http")):
        return
    if router.rule is None:
        text, at = "", router.anchor
    else:
        text, at = router.rule.value, router.rule.anchor
    for one in refusals(text, router.protocol, syntax, tls=router.tls):
        yield RouterRule(
            wanted=text,
            anchor=part(router.rule, one.start, one.end).anchor if router.rule is not None else at,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            router=router.name,
            why=one.message if router.rule is not None else "is missing",
            log=one.log,
            help=one.help,
            never=one.never,
            partly=one.partly,
            sure=traefik.pinned,
            traefik=traefik,
            hit=hit,
        )


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{n}`" for n in list(names)[:3])
