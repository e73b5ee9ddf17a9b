"""Everything that Istio's look-ups need, built once a run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.grouping import grouped, grouped_many
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.clients import Clients, Gateways
from upstreamlint.graph.istio.mesh import Injection, settings
from upstreamlint.graph.istio.names import Host, expand
from upstreamlint.graph.istio.registry.destination_rules import Rules
from upstreamlint.graph.istio.registry.hosts import Registered, Registry
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes import Autoscaler, Service
from upstreamlint.model.kubernetes.nearest import same_namespace

_POOL = 2000
"""A namespace with more objects is not searched for look-alikes: the cost would grow with its square."""


class Mesh:
    """The mesh as istiod would see it, and the resources that it is made of."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.settings = settings(index)
        self.registry = Registry(index)
        self.rules = Rules(index, self.settings)
        self.gateways = Gateways(index, self.settings)
        self.injection = Injection(index)
        self.clients = Clients(index, self.settings, self.gateways, self.registry, self.injection)

    def absent(self, wanted: str, folder: str, *, near: bool, own: bool, also: Iterable[str] = ()) -> Verdict:
        """What it means that nothing is called `wanted`.

        `own` says that it would belong to the scope that it is named in. Gateways, other namespaces and
        hosts outside the mesh are deployed on their own, so a closed scope does not prove their absence.
        """
        ladder = self.index.ladder
        verdict = ladder.absent(wanted, folder, near=near, also=also)
        return Verdict.EXTERNAL if verdict is Verdict.ABSENT and not own and not ladder.complete else verdict

    @cached_property
    def lifted(self) -> set[str]:
        """The names of workloads that something scales up from zero."""
        return {a.target.value for a in self.index.of(Autoscaler) if a.from_zero}

    @cached_property
    def _virtual_services(self) -> dict[str, list[VirtualService]]:
        return grouped(self.index.of(VirtualService), lambda v: v.meta.name.value)

    @cached_property
    def _virtual_service_names(self) -> dict[str, list[VirtualService]]:
        return grouped(self.index.of(VirtualService), lambda v: v.meta.namespace)

    def virtual_services_named(self, name: str) -> list[VirtualService]:
        """The VirtualServices of a name, in any namespace."""
        return self._virtual_services.get(name, [])

    def virtual_service(self, namespace: str, name: str) -> list[VirtualService]:
        """The VirtualServices of a name that a namespace sees."""
        return [v for v in self.virtual_services_named(name) if same_namespace(v.meta.namespace, namespace)]

    def virtual_service_names(self, namespace: str) -> list[str]:
        """The names of the VirtualServices of a namespace, if they are few enough to look through."""
        found = self._virtual_service_names.get(namespace, [])
        return [v.meta.name.value for v in found] if len(found) <= _POOL else []

    @cached_property
    def virtual_hosts(self) -> dict[str, list[VirtualService]]:
        """The VirtualServices by each of their hosts, expanded."""
        return grouped_many(
            self.index.of(VirtualService),
            lambda v: {self.expand(h.value, v.meta.namespace).text for h in v.hosts},
        )

    def stands_for(self, alias: Service) -> tuple[Host, Registered] | None:
        """The host that an ExternalName Service is another name of; nothing when it is not registered.

        An alias of an alias makes no cluster.
        """
        if alias.external_name is None:
            return None
        text = alias.external_name.value
        host = self.expand(text, "") if "." in text else Host(text)
        found = self.registry.find(host, alias.meta.folder)
        return (host, found) if found and found.alias is None else None

    def expand(self, written: str, namespace: str) -> Host:
        """A host as istiod expands it."""
        return expand(written, namespace, self.settings.domain)
