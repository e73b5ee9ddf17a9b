"""What entry points ask of every router on them: middlewares, a resolver of certificates, another entry point to send to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.references import Candidate
from upstreamlint.programs.traefik.model import EntryPoint, Traefik
from upstreamlint.programs.traefik.names import Known, look_up
from upstreamlint.programs.traefik.references import NameKind, TraefikName
from upstreamlint.programs.traefik.routes import hit_of
from upstreamlint.programs.traefik.secure import resolver
from upstreamlint.programs.traefik.taken import Labelled
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.values import replace

_PORT = ":"
"""Where a redirection may go that names no entry point: `:443`."""


def of_entry_points(traefik: Traefik, own: Iterable[Labelled], names: Known) -> Iterator[TraefikName]:
    """The names that entry points use, with all routes through them."""
    if not traefik.complete:
        return
    taken = list(own)
    for name, point in traefik.entry_points.items():
        through = {label: tuple(_through(traefik, taken, name, label=label)) for label in (True, False)}
        hit = (*through[True], *through[False])
        by = f"entry point `{name}`"
        for written in point.middlewares:
            if "@" in written.value:
                yield look_up(names, "middleware", "http", written, "file", NameKind.MIDDLEWARE, by, hit)
                continue
            # Without its provider it is one of the provider of each router.
            for provider, own_hit in (("docker", through[True]), ("file", through[False])):
                if own_hit:
                    yield look_up(
                        names, "middleware", "http", written, provider, NameKind.MIDDLEWARE, by, own_hit
                    )
        if point.resolver is not None:
            yield resolver(traefik, point.resolver, by, hit)
        if point.redirects is not None:
            yield from _redirected(traefik, point, point.redirects, by)


def _through(traefik: Traefik, own: Iterable[Labelled], name: str, *, label: bool) -> Iterator[Affected]:
    labelled = (r for one in own if one.passed is None and not one.faults for r in one.routers)
    written = () if traefik.told.faults else traefik.told.routers
    for router in labelled if label else written:
        if router.protocol == "http" and (
            not router.entry_points or name in {p.value for p in router.entry_points}
        ):
            yield hit_of(router, label=label)


def _redirected(traefik: Traefik, point: EntryPoint, to: Scalar, by: str) -> Iterator[TraefikName]:
    points = traefik.entry_points
    if to.value in points or to.value.startswith(_PORT) or is_unknown(to) or is_placeholder(to.value):
        return
    near = near_names(to.value, points.keys())[:1]
    found = TraefikName(
        wanted=to.value,
        anchor=to.anchor,
        owner=traefik,
        verdict=Verdict.CONFLICT,
        kind=NameKind.ENTRY_POINT,
        traefik=traefik,
        by=f"the redirection of {by}",
        hit=(),
        far_end=((point.name.anchor, "requests here are to be sent on, and are not"),),
    )
    candidates = tuple(Candidate(points[n].name.anchor, f"entry point `{n}`", n) for n in near)
    yield replace(found, near=candidates) if candidates else found
