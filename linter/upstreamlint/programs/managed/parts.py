"""What objects of managed programs name besides Services, and what requests pass on their way: middlewares, policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Other
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.numerals import port as port_number
from upstreamlint.programs.managed.model import ManagedRoute, Named
from upstreamlint.programs.managed.references import NamedPart
from upstreamlint.readers.compose.tree import part

_DEEP = 8
"""Chains of middlewares are followed so far; one that names itself has no end."""


class Parts:
    """The objects of a run that others name, by kind."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_kind = grouped((*index.of(Other), *index.of(ManagedRoute)), lambda o: o.meta.kind)

    def behind(
        self, owner: ManagedRoute, named: Sequence[Named], *, leading: bool = False, deep: int = 0
    ) -> Iterator[ManagedRoute]:
        """The parts that requests of a rule pass, and those that these name; where they go on to, if that is asked."""
        for one in named:
            if one.leads is not leading:
                continue
            kind, space = one.names.kind, _namespace(owner, one)
            found = [
                o
                for o in self._by_kind.get(kind, ())
                if isinstance(o, ManagedRoute)
                and o.kind.part
                and o.meta.name.value == one.name.value
                and same_namespace(o.meta.namespace, space)
            ]
            for part_of_it in nearest(found, owner.meta.folder):
                yield part_of_it
                if deep < _DEEP:
                    yield from self.behind(part_of_it, part_of_it.named, leading=leading, deep=deep + 1)

    def missing(self, owner: ManagedRoute, named: Named) -> NamedPart | None:
        """A name that the object itself does not define, or that no object of the kind has; nothing where all is well."""
        name, names = named.name.value, named.names
        if name.endswith(_PROVIDER):
            return _without_namespace(owner, named)
        made = names.discovered is not None and patterns.compile(names.discovered).search(name)
        if is_placeholder(name) or "@" in name or made:
            return None
        elsewhere: list[KubernetesObject] = []
        if names.defined:
            known = {scalar.value: scalar.anchor for scalar in named.known}
        else:
            space = _namespace(owner, named)
            there = self._by_kind.get(names.kind, [])
            known = {
                o.meta.name.value: o.meta.name.anchor
                for o in there
                if same_namespace(o.meta.namespace, space)
            }
            elsewhere = [o for o in there if o.meta.name.value == name]
        if name in known:
            return None
        similar = near_names(name, known)
        like = similar or [n for n in known if len(known) == 1 and _extends(name, n)]
        near = tuple(
            Candidate(known[n], f"{names.what} `{n}`", n, certain=sole(name, like)) for n in like[:1]
        )
        moved = tuple(Candidate(o.anchor, f"{names.what} `{o.title}`", "") for o in elsewhere[:1])
        if names.defined:
            verdict = Verdict.CONFLICT
        elif not (near or moved) and (names.platform or self._is_away(_namespace(owner, named))):
            verdict = Verdict.EXTERNAL
        else:
            verdict = self._index.ladder.absent(name, owner.meta.folder, near=bool(near or moved))
        return NamedPart(
            wanted=name,
            anchor=named.name.anchor,
            owner=owner,
            verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
            near=moved or near,
            named=named,
            remedy=f"write its namespace, `{elsewhere[0].meta.namespace}`, or define it here"
            if moved
            else "",
        )

    def _is_away(self, space: str) -> bool:
        """Whether nothing here is in a namespace: what it has is in other files."""
        return bool(space) and space not in self._index.namespaces and not self._index.ladder.complete


def _extends(one: str, other: str) -> bool:
    """Whether one of two names has the other for its beginning."""
    return one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _without_namespace(owner: ManagedRoute, named: Named) -> NamedPart | None:
    """A name with Traefik's provider of objects behind it must begin with the namespace: a field for that does not count then."""
    plain, space = named.name.value.removesuffix(_PROVIDER), named.namespace
    if is_placeholder(plain) or (space is not None and is_placeholder(space.value)):
        return None
    if "-" in plain and (space is None or plain.startswith(f"{space.value}-")):
        return None
    place = space if space is not None and space.value else None
    meant = place.value if place is not None else owner.meta.namespace
    near = Candidate(
        place.anchor if place is not None else owner.meta.name.anchor,
        "a namespace beside such a name does not count" if place is not None else f"`{owner.title}` names it",
        f"{meant}-{plain}{_PROVIDER}" if meant else "",
        certain=place is not None,
    )
    return NamedPart(
        wanted=named.name.value,
        anchor=named.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else Verdict.CONFLICT,
        near=(near,),
        named=named,
    )


_PROVIDER = "@kubernetescrd"


def _namespace(owner: ManagedRoute, named: Named) -> str:
    return named.namespace.value if named.namespace is not None else owner.meta.namespace


_URL = patterns.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?=[/?]|\Z)"
)
_PORTS = {"http": 80, "https": 443}


def asked(owner: ManagedRoute, route: Route) -> Dial | None:
    """What a part asks before a request goes on, at the address that stands in it."""
    written = owner.asked
    match = _URL.match(written.value) if written is not None else None
    if written is None or match is None:
        return None
    return Dial(
        caller=Caller(program=owner.kind.asker, cluster=owner.meta),
        owner=route,
        route=route,
        host=match["host"],
        host_anchor=part(written, *match.span("host")).anchor,
        port=port_number(match["port"]) if match["port"] else _PORTS[match["scheme"]],
        port_anchor=part(written, *match.span("port" if match["port"] else "host")).anchor,
        defaulted=not match["port"],
        share=None,
        protocol=Protocol.HTTP1,
        tls=Tls() if match["scheme"] == "https" else None,
        purpose=Purpose.DEPENDENCY,
    )
