"""The `Host` that nginx sends through its sidecar: the sidecar routes by it, whatever address was dialled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.mesh import REGISTRY_ONLY, Injection, settings
from upstreamlint.graph.istio.registry.hosts import written_protocol
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.kubernetes import Service
from upstreamlint.programs.nginx.dials.sent import CLIENTS, written
from upstreamlint.programs.nginx.references import ProxyPass, SentHost

_BY_HOST = frozenset({"http", "http2", "grpc", "grpc-web"})


class MeshHosts:
    """What a mesh that only lets out what it knows takes for a host; judged only where the files say all that."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.strict = settings(index).outbound == REGISTRY_ONLY

    @cached_property
    def _mesh(self) -> Mesh:
        return Mesh(self.index)

    @cached_property
    def _injection(self) -> Injection:
        return Injection(self.index)

    def sent(self, passed: ProxyPass, dialled: Judgement, port: int | None) -> Iterator[SentHost]:
        """The Host header of a pass that leads to a Service by way of a sidecar."""
        workload = passed.instance.workload
        if (
            not self.strict
            or workload is None
            or not self._injection.enabled
            or not self._injection.in_mesh(workload)
        ):
            return
        header = written(passed.target, "proxy_set_header")
        service = next((t for t in dialled.targets if isinstance(t, Service)), None)
        if header is None or service is None or port is None:
            return
        target = service.port(port)
        if target is None or written_protocol(target).lower() not in _BY_HOST:
            return
        value = header.args[1].value
        hosts = [n.value for n in passed.server.names] if value in CLIENTS else [value]
        if not hosts or any(self._may_be_known(h, workload.meta.namespace) for h in hosts):
            return
        yield SentHost(
            wanted=hosts[0],
            anchor=header.args[1].anchor,
            owner=passed.route,
            verdict=Verdict.CONFLICT,
            passed=passed,
            header=header,
            service=service,
        )

    def _may_be_known(self, host: str, namespace: str) -> bool:
        """Whether the mesh has a route for a host, or that cannot be told."""
        name = host.partition(":")[0]
        if "$" in name or "*" in name or name.startswith("~") or name in ("", "_", "localhost"):
            return True
        found = self._mesh.expand(name, namespace)
        if self.index.services(name.partition(".")[0], "", ".") or self._mesh.registry.find(found, "."):
            return True
        return found.text in self._mesh.virtual_hosts or self._mesh.registry.wildcard(found) is not None
