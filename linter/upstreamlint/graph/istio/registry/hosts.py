"""The service registry: every host that istiod builds a cluster for, from Services and ServiceEntries."""

from __future__ import annotations

from upstreamlint.graph.grouping import grouped_many
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.names import Host, covers, exported, wildcards_of
from upstreamlint.graph.kubernetes.visibility import visible
from upstreamlint.model.istio import ServiceEntry, WorkloadEntry, WorkloadGroup
from upstreamlint.model.kubernetes import Service, ServicePort
from upstreamlint.source import Source
from upstreamlint.values import frozen

TLS = frozenset({"https", "tls"})
NOT_HTTP = frozenset({"tcp", "mongo", "mysql", "redis", "udp"})
"""Protocols of ports that sidecars build no HTTP routes for."""

_SLIP = 2
_POOL = 200
"""More hosts are not searched for look-alikes: the cost would grow with their square."""


@frozen
class Registered:
    """What is registered under a host: Services, and ServiceEntries of the very host."""

    services: tuple[Service, ...] = ()
    entries: tuple[ServiceEntry, ...] = ()

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports of its clusters."""
        by_service = [p.number for s in self.services for p in s.ports]
        return tuple(dict.fromkeys((*by_service, *(p.number for e in self.entries for p in e.ports))))

    @property
    def clusters(self) -> tuple[int, ...]:
        """The ports that there is a cluster for: none of UDP."""
        datagrams = {p.number for s in self.services for p in s.ports if p.protocol == "UDP"}
        streams = {p.number for s in self.services for p in s.ports if p.protocol != "UDP"}
        return tuple(n for n in self.ports if n not in datagrams or n in streams)

    def speaking(self, protocol: str) -> tuple[int, ...]:
        """Its ports that sidecars build routes of a kind (`http`, `tcp`, `tls`) for; unnamed ones take any."""
        ports = [
            (p.number, written_protocol(p)) for s in self.services for p in s.ports if p.protocol == "TCP"
        ]
        ports += [(p.number, p.protocol.lower()) for e in self.entries for p in e.ports]
        if protocol == "http":
            ports = [(n, p) for n, p in ports if p not in TLS and p not in NOT_HTTP]
        return tuple(dict.fromkeys(n for n, _ in ports))

    @property
    def patched(self) -> bool:
        """Whether a patch that was not applied may change it."""
        return any(s.meta.patched for s in self.services) or any(e.meta.patched for e in self.entries)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that it is registered from."""
        spaces = [s.meta.namespace for s in self.services] + [e.meta.namespace for e in self.entries]
        return tuple(dict.fromkeys(spaces))

    @property
    def alias(self) -> Service | None:
        """The ExternalName Service that makes it another name of a host."""
        return (
            next((s for s in self.services if s.type == "ExternalName"), None) if not self.entries else None
        )

    def __bool__(self) -> bool:
        return bool(self.services or self.entries)

    @property
    def everywhere(self) -> bool:
        """Whether clients of all namespaces see it: those of one that no file names do."""
        return self.visible("\0")

    def visible(self, client: str) -> bool:
        """Whether clients of a namespace see it."""
        return any(visible(s, client) for s in self.services) or any(
            exported(e.export_to, e.meta.namespace, client) for e in self.entries
        )


def written_protocol(port: ServicePort) -> str:
    """The protocol that the appProtocol or the name of a Service port says, if any."""
    if port.app_protocol is not None:
        return port.app_protocol.value.lower()
    return port.name.value.lower().partition("-")[0] if port.name is not None else ""


class Registry:
    """The hosts of a run, each look-up by name."""

    def __init__(self, index: Index) -> None:
        self._index = index
        entries = index.of(ServiceEntry)
        self._by_host = grouped_many(entries, lambda e: {h.value for h in e.hosts})
        self._wildcards = {host: found for host, found in self._by_host.items() if host.startswith("*")}
        self._by_length: dict[int, list[str]] = {}
        for host in self._by_host:
            self._by_length.setdefault(len(host), []).append(host)
        self._machines: dict[str, list[WorkloadEntry]] = {}
        for machine in index.of(WorkloadEntry):
            self._machines.setdefault(machine.meta.namespace, []).append(machine)
        self._groups = {g.meta.namespace for g in index.of(WorkloadGroup)}

    def find(self, host: Host, folder: str, source: Source | None = None) -> Registered:
        """What is registered under a host, seen from a folder or a file in it."""
        named = host.service
        services = self._index.services(named, host.namespace, folder, source) if named else ()
        return Registered(tuple(services), tuple(self._by_host.get(host.text, ())))

    def wildcard(self, host: Host) -> ServiceEntry | None:
        """The ServiceEntry of a wildcard that covers a host: it makes no cluster for it."""
        if not self._wildcards or "*" in host.text:
            return None
        for pattern in wildcards_of(host.text):
            if pattern in self._wildcards:
                return self._wildcards[pattern][0]
        return None

    def entry(self, host: str) -> ServiceEntry:
        """A ServiceEntry that has a host."""
        return self._by_host[host][0]

    def of_length(self, length: int) -> list[str]:
        """The hosts of ServiceEntries that are about as long as a text, if they are few."""
        found = [h for n in range(length - _SLIP, length + _SLIP + 1) for h in self._by_length.get(n, ())]
        return found if len(found) <= _POOL else []

    def covered(self, pattern: str) -> bool:
        """Whether a wildcard covers the host of any ServiceEntry."""
        return any(covers(pattern, host) for host in self._by_host)

    def machines(self, namespace: str) -> list[WorkloadEntry]:
        """The WorkloadEntries of a namespace."""
        return self._machines.get(namespace, [])

    def grows(self, namespace: str) -> bool:
        """Whether machines of a namespace may register themselves."""
        return namespace in self._groups
