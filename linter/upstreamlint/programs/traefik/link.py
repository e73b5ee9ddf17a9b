"""What Traefik must know: the names that routers use, the containers that it takes, and where its file provider looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.containers import structured
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Permission, Protocol, Purpose, Tls
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.programs.connectors.load import texts
from upstreamlint.programs.connectors.origin import origin, path
from upstreamlint.programs.connectors.types import Origin
from upstreamlint.programs.traefik.defaults import of_entry_points
from upstreamlint.programs.traefik.dotted import field
from upstreamlint.programs.traefik.model import Named, Router, Traefik
from upstreamlint.programs.traefik.names import Known, known, look_up
from upstreamlint.programs.traefik.pings import pings
from upstreamlint.programs.traefik.references import (
    NameKind,
    OriginUrl,
    Passed,
    PassedBy,
    ProviderFile,
    ProviderRefused,
    StaticRouters,
)
from upstreamlint.programs.traefik.routers import misspelt, of_router, unlinked
from upstreamlint.programs.traefik.routes import hit_of, users, uses
from upstreamlint.programs.traefik.secure import wrong_doors
from upstreamlint.programs.traefik.static import path_in
from upstreamlint.programs.traefik.taken import Labelled, labelled
from upstreamlint.programs.traefik.twice import twice
from upstreamlint.programs.traefik.unbuilt import unbuilt
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.readers.fault import Fault
from upstreamlint.values import replace

Link = Reference | Dial


_KINDS = {
    "middleware": NameKind.MIDDLEWARE,
    "service": NameKind.SERVICE,
    "transport": NameKind.TRANSPORT,
    "options": NameKind.OPTIONS,
}


def link(index: Index) -> Iterator[Link]:
    """Every Traefik of the run."""
    found = list(labelled(index))
    by_traefik: dict[int, list[Labelled]] = defaultdict(list)
    for one in found:
        by_traefik[id(one.traefik)].append(one)
        unread = one.passed in (Passed.FIRST_RELEASE, Passed.MISSPELT) and not one.routers
        if one.passed is not None and (unread or not _served_by_file(one)):
            yield _passed_by(one)
    for traefik in index.of(Traefik):
        own = by_traefik[id(traefik)]
        names = known(index, traefik, own)
        yield from _of_files(traefik, names)
        for one in own:
            if one.passed is None and one.faults:
                yield from _refused(traefik, one.faults, one.routers, one.service.name.value)
            elif one.passed is None and one.sure:
                yield from _of_labels(traefik, one, names)
        yield from twice(traefik, own)
        yield from of_entry_points(traefik, own, names)
        yield from unbuilt(traefik, own)
        yield from wrong_doors(traefik, own)
        yield from _provider_file(traefik)
        yield from _aside(traefik)
        yield from pings(traefik)
        yield from _engines(traefik)


def _engines(traefik: Traefik) -> Iterator[Dial]:
    """Where its file has it ask for containers; addresses in words and variables are read with those of other programs."""
    project = traefik.place.project
    for engine in traefik.engines:
        written = engine.endpoint
        if written is None or is_unknown(written) or project is None or written.source.path in project.files:
            continue
        found = origin(written, scheme="tcp") if "://" in written.value else None
        if found is not None:
            yield _dial(traefik, found, "Traefik's provider of containers")


def _aside(traefik: Traefik) -> Iterator[StaticRouters]:
    """Routers in the static file."""
    first = next(iter(traefik.aside), None)
    if first is not None and traefik.complete:
        yield StaticRouters(
            wanted=first.name,
            anchor=first.anchor,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            traefik=traefik,
            hit=tuple(hit_of(router, label=False) for router in traefik.aside),
        )


def _served_by_file(one: Labelled) -> bool:
    """Whether files make the routers that labels ask for, so that nothing is lost."""
    made = {r.rule.value for r in one.traefik.told.routers if r.rule is not None}
    return all(r.rule is not None and r.rule.value in made for r in one.routers)


def _passed_by(one: Labelled) -> PassedBy:
    assert one.passed is not None  # noqa: S101 - only such are given
    return PassedBy(
        wanted=one.service.name.value,
        anchor=one.anchor,
        owner=one.service,
        verdict=Verdict.CONFLICT,
        why=one.passed,
        service=one.service.name.value,
        traefik=one.traefik,
        hit=tuple(hit_of(router, label=True) for router in one.routers),
        far_end=(one.because,) if one.because is not None else (),
        meant=one.meant,
    )


def _of_files(traefik: Traefik, names: Known) -> Iterator[Link]:
    told = traefik.told
    if told.faults:
        yield from _refused(traefik, told.faults, told.routers)
        return
    for router in told.routers:
        yield from of_router(traefik, router, names, "file", label=False)
    yield from _of_named(traefik, told.routers, told.named, names, "file", label=False)


def _refused(
    traefik: Traefik, faults: Iterable[Fault], routers: Iterable[Router], service: str = ""
) -> Iterator[ProviderRefused]:
    """Everything that a provider is refused for, with all the routes that are lost; `service` is that of labels."""
    hit = tuple(hit_of(router, label=bool(service)) for router in routers)
    for fault in faults:
        yield ProviderRefused(
            wanted=fault.message,
            anchor=fault.anchor,
            owner=traefik,
            verdict=Verdict.CONFLICT,
            message=fault.message,
            service=service,
            traefik=traefik,
            hit=hit,
        )


def _of_labels(traefik: Traefik, one: Labelled, names: Known) -> Iterator[Link]:
    yield from misspelt(traefik, one.routers)
    for router in one.routers:
        yield from unlinked(traefik, router, one.named)
        yield from of_router(traefik, router, names, "docker", label=True)
    yield from _of_named(traefik, one.routers, one.named, names, "docker", label=True)


def _of_named(
    traefik: Traefik,
    routers: Iterable[Router],
    named: Iterable[Named],
    names: Known,
    provider: str,
    *,
    label: bool,
) -> Iterator[Link]:
    """The names that services and middlewares use, the URLs of servers, and what middlewares ask."""
    for one in named:
        hit = tuple(
            hit_of(r, label=label)
            for r in routers
            if r.protocol == one.protocol and uses(r, one.kind, one.name)
        )
        by = f"{_KINDS[one.kind]} `{one.name}`"
        for kind, name in one.uses:
            yield look_up(names, kind, one.protocol, name, provider, _KINDS[kind], by, hit)
        for url in one.urls:
            sound = "://" in url.value or is_placeholder(url.value) or is_unknown(url)
            yield OriginUrl(
                wanted=url.value,
                anchor=url.anchor,
                owner=traefik,
                verdict=Verdict.FOUND if sound else Verdict.CONFLICT,
                traefik=traefik,
                hit=hit,
            )
        # What routers of files ask is dialled with their routes.
        asks = () if one.asks and not label and _is_routed(one, routers, named) else one.asks
        for asked in asks:
            yield from _asked(traefik, asked)


def _is_routed(one: Named, routers: Iterable[Router], named: Iterable[Named]) -> bool:
    through = users(named, one.kind, one.name)
    return any(r.service is not None and uses(r, *name) for r in routers for name in through)


def _asked(traefik: Traefik, written: Scalar) -> Iterator[Dial]:
    """What `forwardAuth` asks before a request goes on."""
    found = None if is_unknown(written) else origin(written)
    if found is None or traefik.service is None or found.scheme not in ("http", "https"):
        return
    yield replace(
        _dial(traefik, found, "Traefik's forwardAuth"),
        protocol=Protocol.HTTP1,
        tls=Tls() if found.scheme == "https" else None,
        permission=Permission(path=path(written), asker="forward"),
    )


def _dial(traefik: Traefik, to: Origin, by: str) -> Dial:
    """What Traefik needs an answer from before it has a route, or sends a request on."""
    return Dial(
        caller=Caller(
            program=by,
            service=traefik.service,
            project=traefik.place.project,
            listens=frozenset(p.port for p in traefik.entry_points.values() if p.port is not None),
            alone=traefik.alone,
            complete=traefik.complete,
        ),
        owner=traefik,
        route=None,
        host=to.host,
        host_anchor=to.host_anchor,
        port=to.port,
        port_anchor=to.port_anchor,
        defaulted=to.defaulted,
        purpose=Purpose.DEPENDENCY,
    )


def _provider_file(traefik: Traefik) -> Iterator[ProviderFile]:
    """A place of the file provider at which nothing is put, in an image that has nothing there itself."""
    written, container = traefik.file, traefik.place
    if written is None or is_unknown(written) or not written.value.startswith("/") or not traefik.complete:
        return
    path = path_in(container, written)
    files = container.files
    there = files.read(path) is not None or bool(files.names(path)) or files.unknown(path)
    covered = any(
        layer.target == path or path.startswith(layer.target.rstrip("/") + "/") for layer in files.layers
    )
    if there or covered or not traefik.alone or container.built:
        return
    elsewhere = tuple(
        (text.place(0, 0), f"routers and services, at {at}")
        for at, text in texts(files)
        if (root := structured.root(text, at)) is not None
        and any(field(root, p, k) is not None for p in ("http", "tcp") for k in ("routers", "services"))
    )
    yield ProviderFile(
        wanted=path,
        anchor=written.anchor,
        owner=traefik,
        verdict=Verdict.CONFLICT if elsewhere else Verdict.ABSENT,
        traefik=traefik,
        elsewhere=elsewhere[:2],
    )
