"""Names that the labels of several containers define, each in its own way: Traefik keeps none of them.

After pkg/provider (`Merge`, `AddRouter`, `AddService`, `AddMiddleware`): what is alike in all its settings is one; services
that differ in their servers alone are put together. Measured on 3.7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table

from upstreamlint.documents import Entry, Mapping, Node, Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict
from upstreamlint.programs.traefik.dotted import entries, text
from upstreamlint.programs.traefik.model import Traefik
from upstreamlint.programs.traefik.references import DefinedTwice
from upstreamlint.programs.traefik.routes import hit_of, uses
from upstreamlint.programs.traefik.taken import Labelled
from upstreamlint.readers.compose.tree import is_unknown

_KINDS = (
    ("routers", "router"),
    ("services", "service"),
    ("middlewares", "middleware"),
)
_Settings = Table[str, str]


def twice(traefik: Traefik, own: Iterable[Labelled]) -> Iterator[DefinedTwice]:
    """Every name that two containers define with different settings."""
    found: dict[tuple[str, str, str], list[tuple[Labelled, Entry]]] = defaultdict(list)
    # What stands under a profile may be another's stand-in.
    taken = [
        one for one in own if one.passed is None and one.sure and not one.faults and not one.service.profiles
    ]
    for one in taken:
        for protocol in ("http", "tcp", "udp"):
            for plural, kind in _KINDS:
                for entry in entries(one.root, protocol, plural):
                    found[protocol, kind, entry.key.value].append((one, entry))
    for (protocol, kind, name), places in found.items():
        other = _other(protocol, kind, places)
        if other is not None:
            yield _reference(traefik, taken, protocol, kind, name, places[0], other)


def _other(protocol: str, kind: str, places: list[tuple[Labelled, Entry]]) -> tuple[Labelled, Entry] | None:
    """The first definition that differs from the one before all others."""
    first = _settings(protocol, kind, *places[0]) if len(places) > 1 else None
    if first is None:
        return None
    for one, entry in places[1:]:
        settings = _settings(protocol, kind, one, entry)
        if settings is not None and settings != first:
            return one, entry
    return None


def _settings(protocol: str, kind: str, one: Labelled, entry: Entry) -> _Settings | None:
    """What a definition says, by its fields; nothing where a part of it is not known."""
    found = dict(_flat(entry.value, ""))
    if any("$" in value for value in found.values()):
        return None
    if kind == "router":
        named = text(entry.value, "service")
        found[".service"] = (named.value if named is not None else _own_service(protocol, one)).partition(
            "@"
        )[0]
        if not found[".service"]:
            return None
    if kind == "service":
        found = {path: value for path, value in found.items() if not path.startswith(".loadbalancer.server.")}
    return found


def _own_service(protocol: str, one: Labelled) -> str:
    """The service that a router without one gets: the only one of its container, or that of the container itself."""
    services = [e.key.value for e in entries(one.root, protocol, "services")]
    if len(services) > 1:
        return ""
    return services[0] if services else f"{one.service.name.value}-{one.project.prefix}"


def _flat(node: Node, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for entry in node:
            yield from _flat(entry.value, f"{path}.{entry.key.value.lower()}")
    elif isinstance(node, Scalar):
        yield path, "$" if is_unknown(node) else ",".join(w.strip() for w in node.value.split(","))


def _reference(
    traefik: Traefik,
    taken: list[Labelled],
    protocol: str,
    kind: str,
    name: str,
    first: tuple[Labelled, Entry],
    other: tuple[Labelled, Entry],
) -> DefinedTwice:
    hit: list[Affected] = [
        hit_of(router, label=True)
        for one in taken
        for router in one.routers
        if router.protocol == protocol
        and (router.name == name if kind == "router" else uses(router, kind, name))
    ]
    (one, entry), (two, again) = first, other
    return DefinedTwice(
        wanted=name,
        anchor=again.key.anchor,
        owner=traefik,
        verdict=Verdict.CONFLICT,
        kind=kind,
        services=(one.service.name.value, two.service.name.value),
        apart=one.project is not two.project,
        traefik=traefik,
        hit=tuple(hit),
        far_end=((entry.key.anchor, f"`{one.service.name.value}` defines it otherwise"),),
    )
