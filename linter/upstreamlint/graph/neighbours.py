"""The Services of all scopes of a run: a scope that lacks one may be deployed with the neighbour that has it.

An overlay of routes names the Services of a base that another kustomization takes; an Ingress lies beside a kustomization
that does not list it. A name that nobody has, and that is one of theirs but for a slip of the hand, means that one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.likeness import Names, are_apart, near_names, sole
from upstreamlint.graph.neighbouring_workloads import NeighbouringWorkloads, may_meet
from upstreamlint.graph.variable_names import called, stripped
from upstreamlint.model.kubernetes import Service
from upstreamlint.numerals import decimal
from upstreamlint.releases.unnamed import RELEASE

MOST_SCOPES = 200
"""A Service that more scopes have is not compared with each name in each of them: the cost would grow with the square."""


class Neighbours:
    """The Services that any scope defines, by their names."""

    def __init__(self, scopes: Iterable[Sequence[object]] = ()) -> None:
        self._scopes = tuple(scopes)

    @cached_property
    def _services(self) -> dict[str, list[Service]]:
        every = (r for scope in self._scopes for r in scope if isinstance(r, Service) and not r.meta.patched)
        # What is called after a release that nobody names is the release's own.
        return grouped((s for s in every if RELEASE not in s.meta.name.value), lambda s: s.meta.name.value)

    @cached_property
    def workloads(self) -> NeighbouringWorkloads:
        """The workloads that any scope has; none where there is but one scope."""
        return NeighbouringWorkloads(self._scopes if len(self._scopes) > 1 else ())

    def gateways(self, namespace: str) -> list[object]:
        """The Gateways that any scope defines in a namespace."""
        return self._gateways.get(namespace, [])

    @cached_property
    def _gateways(self) -> dict[str, list[object]]:
        found: dict[str, list[object]] = defaultdict(list)
        for resource in (r for scope in self._scopes for r in scope):
            if type(resource).__name__ in _GATEWAYS and (meta := getattr(resource, "meta", None)) is not None:
                found[meta.namespace].append(resource)
        return found

    @cached_property
    def _patched(self) -> frozenset[str]:
        """The names of those that are written in part."""
        every = (r for scope in self._scopes for r in scope if isinstance(r, Service))
        return frozenset(s.meta.name.value for s in every if s.meta.patched)

    @cached_property
    def _names(self) -> Names:
        return Names(self._services)

    def meant(self, name: str, namespace: str, folder: str, port: str = "") -> Service | None:
        """The one Service near a folder whose name a slip of the hand makes of a name, if it has the port that is asked for."""
        if len(self._scopes) <= 1 or name in self._services:
            return None
        near = {
            n: found
            for n in self._names.near(name)
            if near_names(name, [n], words=False)
            and (
                found := [
                    s
                    for s in self._services[n][:MOST_SCOPES]
                    if may_meet(s.meta, s.anchor, namespace, folder)
                ]
            )
        }
        if not sole(name, near_names(name, near, words=False)):
            return None
        (service, *_) = near[near_names(name, near, words=False)[0]]
        return service if not port or _has(service, port) else None

    def likely(self, name: str, namespace: str, folder: str, port: str, variable: str = "") -> Service | None:
        """The one Service of the very namespace, near a folder, that has an uncommon port which is asked for, and nearly the name.

        That is the name with words more or less, or what a variable is named after.
        """
        if len(self._scopes) <= 1 or name in self._services or not namespace or port in ("", *COMMON):
            return None
        names = {n for n in self._names.near(name) if near_names(name, [n])}
        names |= self._of_variables.get(stripped(variable), set()) if variable else set()
        names -= {n for n in names if are_apart(name, n)}
        found = {
            service.meta.name.value: service
            for n in names
            for service in self._services[n][:MOST_SCOPES]
            if service.meta.namespace == namespace
            and may_meet(service.meta, service.anchor, namespace, folder)
            and _has(service, port)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _of_variables(self) -> dict[str, set[str]]:
        """The names of Services by what variables call them."""
        found: dict[str, set[str]] = defaultdict(set)
        for name in self._services:
            found[called(name)].add(name)
        return found

    def without(self, name: str, namespace: str, folder: str, port: str) -> Service | None:
        """The Service of a name near a folder, if every one of that name lacks a port, which is a number or a name."""
        every = self._services.get(name, ())
        if not _PORT.match(port) or name in self._patched or len(every) > MOST_SCOPES:
            return None
        lacking = [s for s in every if s.ports and s.type != "ExternalName" and not _has(s, port)]
        near = [s for s in lacking if may_meet(s.meta, s.anchor, namespace, folder)]
        return near[0] if near and len(lacking) == len(every) else None


_GATEWAYS = frozenset({"KubernetesGateway", "IstioGateway"})
"""By name, since importing them is what most runs do not need."""

COMMON = frozenset(
    {"80", "443", "8080", "8443", "3000", "5000", "8000", "8888", "9090", "9100", "4317", "4318"}
    | {"3306", "5432", "6379", "27017", "9092", "5672", "9200", "11211", "2379", "http", "https", "web"}
)
"""Ports that many programs have, or each of several of one kind: they do not tell what is meant."""

_PORT = patterns.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
"""The number or the name of a port, and not a word of a template that stands in its place."""


def _has(service: Service, port: str) -> bool:
    """Whether a Service has a port, by its number or its name."""
    number = decimal(port)
    return (service.port(number) if number is not None else service.port_named(port)) is not None
