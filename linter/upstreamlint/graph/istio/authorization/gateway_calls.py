"""AuthorizationPolicies: a gateway's call to a workload that no rule can let in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.finding import Symptom, merged
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.authorization.access import ANYONE, Caller, Policies, takes_all
from upstreamlint.graph.istio.authorization.authentications import Authentications
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import Host
from upstreamlint.graph.istio.references.authorization import ClosedPort, DeniedRoute
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.registry.hosts import NOT_HTTP, TLS, Registered, written_protocol
from upstreamlint.graph.istio.routes.sent import Sent, sent
from upstreamlint.graph.istio.tls.demands import Demands
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.model.istio import AuthorizationPolicy
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.source import Anchor
from upstreamlint.symptoms import CONNECTION_TERMINATED, streamed
from upstreamlint.values import NamedTuple, replace


def link(mesh: Mesh) -> Iterator[DeniedRoute | ClosedPort]:
    """The routes from gateways to workloads whose policies deny them, and through gateways whose own do."""
    access = _Access(mesh, Policies(mesh), Demands(mesh), Authentications(mesh))
    requests = sent(mesh)
    for service in mesh.index.of(Service):
        for port in service.ports:
            if port.protocol == "TCP" and written_protocol(port) in _STREAMS and not service.meta.patched:
                yield from access.closed(service, port, requests)
    for ones in requests.values():
        for one in ones:
            for client in one.clients:
                if client.is_gateway and not client.assumption and client.namespace:
                    yield from access.at_gateway(one, client) or access.at_backend(one, client)


class _Access(NamedTuple):
    """What decides whether a gateway's requests are let in."""

    mesh: Mesh
    policies: Policies
    demands: Demands
    authentications: Authentications

    def at_gateway(self, one: Sent, client: Client) -> list[DeniedRoute]:
        """The route, if the gateway's own pods take none of its requests: who comes from outside shows no identity."""
        if client.speaks_identity or not client.workloads:
            return []
        outsider = Caller("", frozenset(), nameless=client.workloads[0].anchor)
        denials = [self.policies.denying(workload, outsider, set()) for workload in client.workloads]
        policy = denials[0]
        if policy is None or None in denials or any(o.ports for r in policy.rules for o in r.operations):
            return []
        return [_denied(one, client.workloads[0], policy, client, nameless=policy.anchor)]

    def at_backend(self, one: Sent, client: Client) -> list[DeniedRoute]:
        """The route, if a workload that it leads to lets in no requests of the gateway."""
        host = self.mesh.expand(one.host, "")
        found = self.mesh.registry.find(host, one.folder)
        for workload in (w for s in found.services for w in self.mesh.index.selected(s)):
            if not self.mesh.injection.in_mesh(workload):
                continue
            ports = pod_ports(found, one.port, workload)
            nameless = self._nameless(one, host, found, client, workload)
            caller = Caller(client.namespace, _accounts(client), nameless)
            stream = is_stream(found, one.port)
            policy = self.policies.denying(workload, caller, ports, stream=stream)
            if policy is None and not stream:
                taker = self.authentications.taker(client.workloads, workload)
                policy = (
                    self.policies.denying(workload, caller._replace(tokenless=taker), ports)
                    if taker
                    else None
                )
                if policy is not None:
                    return [replace(_denied(one, workload, policy, client, nameless=None), tokenless=taker)]
            if policy is not None:
                asked = stream and self.policies.denying(workload, caller, ports) is None
                if asked and self._closing(workload, ports) is not None:
                    continue
                denied = _denied(one, workload, policy, client, nameless=None if asked else nameless)
                return [replace(denied, cut=_cut(one) if stream else None, asked=asked)]
        return []

    def closed(
        self, service: Service, port: ServicePort, requests: Mapping[str, list[Sent]]
    ) -> Iterator[ClosedPort]:
        """The policy that closes every connection to a port for streams, whoever opens it."""
        selected = [] if self.mesh.index.pods_are_ambiguous(service) else self.mesh.index.selected(service)
        found: list[tuple[Workload, AuthorizationPolicy]] = []
        for workload in selected:
            number = pod_port(workload, port)
            meshed = self.mesh.injection.certain(workload) is True and not _steered(workload)
            if number is None or not meshed or workload.meta.patched or is_gateway(workload):
                continue
            policy = self._closing(workload, {number})
            if policy is not None:
                found.append((workload, policy))
        if not found:
            return
        host = f"{service.meta.name}.{service.meta.namespace}.svc.{self.mesh.settings.domain}"
        sole = len(service.ports) == 1
        asked = [o for o in requests.get(host, ()) if o.port == port.number or (sole and o.port is None)]
        whole = len(found) == len(selected)
        policy = found[0][1]
        yield ClosedPort(
            wanted=str(port.number),
            anchor=policy.anchor,
            owner=policy,
            verdict=Verdict.UNKNOWN if policy.meta.patched else Verdict.CONFLICT,
            policy=policy,
            service=service,
            port=port,
            workload=found[0][0],
            hits=merged(one.hit if whole else one.hit._replace(share=None) for one in asked),
            answer=_cut(asked[0]) if asked else streamed(CONNECTION_TERMINATED),
        )

    def _closing(self, workload: Workload, ports: set[int]) -> AuthorizationPolicy | None:
        """The policy that takes no connection at all, or all of them, because it asks for what only requests have."""
        applying = self.policies.applying(workload)
        for policy in applying:
            rests = [r.rest for r in policy.rules if r.rest is not None] if policy.action == "DENY" else []
            if any(not rest.sources and takes_all(rest, ANYONE, ports) for rest in rests):
                return policy
        allowing = [p for p in applying if p.action == "ALLOW"]
        rules = [r for p in allowing for r in p.rules]
        if rules and all(r.rest is not None for r in rules):
            return next(p for p in allowing if p.rules)
        return None

    def _nameless(
        self, one: Sent, host: Host, found: Registered, client: Client, workload: Workload
    ) -> Anchor | None:
        """What keeps mutual TLS, and with it the identity of the gateway, from the requests to a workload."""
        number = one.port if one.port is not None else next(iter(found.ports), None)
        for rule in self.mesh.rules.applying(host, found.namespaces, client, one.folder):
            own = next((s.policy for s in rule.subsets if s.name.value == one.subset), None)
            for policy in (own, rule.policy):
                mode = policy.tls_at(number) if policy is not None and number is not None else None
                if mode is not None:
                    return mode.anchor if mode.value in _NAMELESS else None
        ports = pod_ports(found, one.port, workload)
        demanded = self.demands.mode(workload, next(iter(ports), None)) if self.demands else None
        return demanded[0].anchor if demanded is not None and demanded[0].value == "DISABLE" else None


_STREAMS = TLS | NOT_HTTP
"""What sidecars take as streams."""
_NAMELESS = frozenset({"DISABLE", "SIMPLE", "MUTUAL"})
"""Modes of TLS by which a workload learns nothing of who calls: only that of the mesh tells."""


def _denied(
    one: Sent,
    workload: Workload,
    policy: AuthorizationPolicy,
    client: Client,
    *,
    nameless: Anchor | None,
) -> DeniedRoute:
    return DeniedRoute(
        wanted=client.namespace,
        anchor=policy.anchor,
        owner=policy,
        verdict=Verdict.UNKNOWN if policy.meta.patched else Verdict.CONFLICT,
        hit=one.hit,
        workload=workload,
        policy=policy,
        client=client.namespace,
        nameless=nameless,
        outside=workload in client.workloads,
    )


def _accounts(client: Client) -> frozenset[str]:
    accounts = (w.template.service_account for w in client.workloads)
    return frozenset((*client.accounts, *(a.value if a is not None else "default" for a in accounts)))


def pod_ports(found: Registered, number: int | None, workload: Workload) -> set[int]:
    """The ports of the pod that a port of a host leads to; none when they are not known."""
    ports = [p for s in found.services for p in s.ports if number in (None, p.number)]
    numbers = {pod_port(workload, port) for port in ports}
    return {n for n in numbers if n is not None} if None not in numbers else set()


def _steered(workload: Workload) -> bool:
    """Whether annotations may keep a port from the sidecar."""
    found = workload.template.annotations
    return found is not None and any(key.startswith("traffic.sidecar.istio.io/") for key in found.entries)


def _cut(one: Sent) -> Symptom:
    """What comes of a connection that a policy closes."""
    return streamed(CONNECTION_TERMINATED) if one.streams else CONNECTION_TERMINATED


def is_stream(found: Registered, number: int | None) -> bool:
    """Whether a sidecar takes what comes to a port of a host as a stream, by the name of the port."""
    ports = [p for s in found.services for p in s.ports if number in (None, p.number)]
    return bool(ports) and all(written_protocol(p) in _STREAMS for p in ports)
