"""Routers and services of the file provider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.numerals import decimal
from upstreamlint.programs.built_in import TRAEFIK
from upstreamlint.programs.connectors.load import Reader, chosen_documents, read
from upstreamlint.programs.connectors.origin import origin
from upstreamlint.programs.connectors.types import ConnectorRule, Origin, Pool
from upstreamlint.programs.reading import Found, Run
from upstreamlint.programs.traefik import dynamic
from upstreamlint.programs.traefik.balancing import Services
from upstreamlint.programs.traefik.chains import chain
from upstreamlint.programs.traefik.dotted import entries as entries_of
from upstreamlint.programs.traefik.dotted import field as field_at
from upstreamlint.programs.traefik.dotted import listed, text
from upstreamlint.programs.traefik.fields import faults
from upstreamlint.programs.traefik.matchers import V2, V3
from upstreamlint.programs.traefik.model import Told, Traefik
from upstreamlint.programs.traefik.static import path_in, static
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_FIRST = patterns.compile(r"traefik:v?1(?:\.|-|\Z)")
_OLD_FLAG = patterns.compile(r"--(?:docker|web|file|consul|acme)(?:[.=]|\Z)|--entrypoints=", re.IGNORECASE)
_MAX_DEPTH = 8
_RELEASE = patterns.compile(r"v?(\d)(?:\.|-|\Z)")
_SECOND = 2
_HOST = patterns.compile(r"Host(?:Regexp|SNI)?\(\s*[`\"']([^`\"']+)")
_PATH = patterns.compile(r"Path(?:Prefix|Regexp)?\(\s*[`\"']([^`\"']+)")


def load(run: Run) -> Found:
    """Every Traefik of the run, and the rules of those that a file configures."""
    found = tuple(_traefik(container) for container in TRAEFIK.places(run) if not _first_release(container))
    reader = Reader(
        program=TRAEFIK,
        together=rules,
        holds=_holds,
        asked=True,
        named=_named,
        verifies=_verifies,
        listens=_own,
    )
    return read(run, reader).plus(Found(resources=found))


def _own(container: Container) -> frozenset[int]:
    """The ports of its entry points; of one whose settings are not all known also those that it has as it comes."""
    begun = static(container)
    known = {point.port for point in begun.entry_points.values() if point.port is not None}
    return frozenset(known) | (frozenset() if begun.complete else TRAEFIK.ports)


def _first_release(container: Container) -> bool:
    """Whether it speaks the language of Traefik 1, which is another one."""
    image = container.image.value if container.image is not None else ""
    if _FIRST.search(image) is not None:
        return True
    # What a later release would refuse is read as that where the image does not say which it is.
    return not _release(container)[1] and any(_OLD_FLAG.match(w.value) for w in container.words)


def _traefik(container: Container) -> Traefik:
    begun = static(container)
    root = begun.file
    roots: list[Mapping] = []
    plain: list[Mapping] = []
    complete = begun.complete
    if root is not None and not is_unknown(root):
        found, known = chosen_documents(container.files, [path_in(container, root)])
        roots = [one for one, _ in found]
        plain = [one for one, is_plain in found if is_plain]
        complete = complete and known
    return Traefik(
        place=container,
        entry_points=begun.entry_points,
        engines=tuple(begun.engines),
        file=root,
        others=begun.others,
        told=Told(
            provider="file",
            routers=tuple(one for r in roots for one in dynamic.routers(r)),
            named=tuple(one for r in roots for one in dynamic.named(r)),
            complete=complete,
            faults=tuple(fault for r in plain for fault in faults(r, labels=False)),
            roots=tuple(plain),
        ),
        complete=begun.complete,
        anchor=begun.anchor,
        alone=TRAEFIK.alone_in(container),
        syntax=_syntax(container, begun.syntax),
        pinned=_release(container)[1],
        aside=begun.routers if not _reads(container, root, begun.path) else (),
        refused=begun.refused(_release(container)[0]),
        passed_over=begun.passed_over(_release(container)[0]),
        stop=begun.stop if begun.complete else None,
        resolvers=begun.resolvers,
        shown=begun.shown,
    )


def _reads(container: Container, provider: Scalar | None, path: str) -> bool:
    """Whether the file provider reads a file."""
    if provider is None:
        return False
    where = path_in(container, provider)
    return is_unknown(provider) or path == where or path.startswith(where.rstrip("/") + "/")


def _release(container: Container) -> tuple[int | None, bool]:
    """The release of its image, and whether the image names it; one that is not named is the newest, which is 3."""
    image = container.image
    if image is None or is_unknown(image):
        return None, False
    name, _, tag = image.value.partition("@")[0].rpartition("/")[2].partition(":")
    found = _RELEASE.match(tag)
    if found is not None:
        return decimal(found[1]), True
    return (3 if name == "traefik" and tag in ("", "latest") else None), False


def _syntax(container: Container, told: str) -> str:
    """The syntax of rules; empty where the release is not known."""
    release, _ = _release(container)
    return "" if release is None else V2 if release == _SECOND or told == V2 else V3


def _holds(root: Mapping) -> bool:
    return any(field_at(root, p, k) is not None for p in ("http", "tcp") for k in ("routers", "services"))


def _named(container: Container) -> Iterator[str]:
    """The file or folder that the static configuration names."""
    found = static(container).file
    if found is not None and not _first_release(container):
        yield path_in(container, found)


def rules(roots: Sequence[Mapping]) -> Iterator[ConnectorRule]:
    """The file provider: routers name services, and those list servers. What its files say is put together."""
    number = 0
    for protocol, field in (("http", "url"), ("tcp", "address")):
        entries = {e.key.value: e for root in roots for e in entries_of(root, protocol, "services")}
        defined = {name: e.key.anchor for name, e in entries.items()}
        middlewares = {e.key.value: e for root in roots for e in entries_of(root, protocol, "middlewares")}
        transports = {
            e.key.value: e.value for root in roots for e in entries_of(root, protocol, "serversTransports")
        }
        services = Services(protocol, entries, field, transports)
        for router in (e for root in roots for e in entries_of(root, protocol, "routers")):
            if not isinstance(router.value, Mapping):
                continue
            service, rule = text(router.value, "service"), text(router.value, "rule")
            if service is None:
                continue
            name = service.value.removesuffix("@file")
            dangling = name not in defined and "@" not in name
            does = chain(listed(router.value, "middlewares"), middlewares)
            pool = services.pool(name, does.attempts)
            pool = pool or (Pool(name, (), service.anchor) if dangling else None)
            if pool is not None:
                number += 1
                # Nobody is asked for a router that is not made.
                asked = does.asks if services.makes(name) else ()
                asks = tuple(one for a in asked if (one := _asked(a)) is not None)
                routed = _routed(number, service, rule, pool, defined if dangling else None)
                yield replace(routed, asks=asks)


def _verifies(container: Container) -> bool:
    """Whether nothing of its static configuration says whose certificates count."""
    begun = static(container)
    told = (field_at(begun.root, "serversTransport", key) for key in ("insecureSkipVerify", "rootCAs"))
    return begun.complete and not any(one is not None for one in told)


def _asked(written: Scalar) -> Origin | None:
    found = None if is_unknown(written) else origin(written)
    return found if found is not None and found.scheme in ("http", "https") else None


def _routed(
    number: int, service: Scalar, rule: Scalar | None, pool: Pool, defined: Table[str, Anchor] | None
) -> ConnectorRule:
    """The rule of a router; `defined` are the services that there are when its own is none of them."""
    written = rule.value if rule else ""
    host, path = _HOST.search(written), _PATH.search(written)
    return ConnectorRule(
        number,
        rule,
        None,
        host[1] if host else "*",
        path[1] if path else "/",
        pool,
        service.anchor,
        dangling=defined is not None,
        defined=defined or {},
    )
