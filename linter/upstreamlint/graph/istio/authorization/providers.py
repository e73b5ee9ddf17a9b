"""What AuthorizationPolicies with the action CUSTOM ask before a request goes on: the extension providers of the mesh.

istiod denies every request that such a policy takes (403) when its provider is not defined, or names a host that the
registry does not have: only the full host counts, no address (`127.0.0.1`), with its namespace before a `/` where several have it. A port that
the Service does not have makes a cluster that is not there, which Envoy's ext_authz answers with 403 as well, or with
`statusOnError`; `failOpen` lets requests pass then (istio: `pilot/pkg/security/authz/builder/extauthz.go`,
`LookupCluster` in `pilot/pkg/model/telemetry_logging.go`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.files.readable import is_beside, parent
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.names import Host, is_address, two_part
from upstreamlint.graph.istio.registry.hosts import TLS, Registered
from upstreamlint.graph.istio.routes.wire import MeshRoute, route_of, shares, wire_of
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.names import absent_service
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import AuthorizationPolicy, ExtensionProvider, VirtualService
from upstreamlint.model.istio.mesh import Installation, extension_providers
from upstreamlint.model.kubernetes import ConfigMap, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.places.address import is_loopback
from upstreamlint.values import StrEnum, entity, replace


class ProviderFault(StrEnum):
    """Why a provider answers nothing."""

    UNDEFINED = "undefined"
    NO_HOST = "no host"
    NO_PORT = "no port"
    PLAIN = "plain text"


@entity(kw_only=True)
class AskedProvider(Reference):
    """The provider that a policy asks, or what the provider names. `hit` are the routes whose requests it decides."""

    policy: AuthorizationPolicy
    provider: ExtensionProvider | None
    fault: ProviderFault
    hit: tuple[Affected, ...] = ()
    assumption: str = ""

    @property
    def status(self) -> int:
        """What requests are answered with."""
        told = self.provider.status if self.provider is not None else None
        return told if told is not None and self.fault is ProviderFault.NO_PORT else _FORBIDDEN


_FORBIDDEN = 403
_NO_ENTRY = "no ServiceEntry elsewhere has this host"


def link(mesh: Mesh) -> Iterator[AskedProvider]:
    """Each CUSTOM policy whose provider cannot be asked."""
    policies = [p for p in mesh.index.of(AuthorizationPolicy) if p.action == "CUSTOM" and not p.dry]
    if not policies:
        return
    defined = providers(mesh.index)
    for policy in policies:
        found = _fault(mesh, policy, defined) if policy.provider is not None else None
        if found is not None:
            yield replace(found, hit=tuple(_hit(mesh, policy)))


def providers(index: Index) -> tuple[ExtensionProvider, ...]:
    """The extension providers that IstioOperators and the ConfigMaps of istiod define."""
    from upstreamlint.containers import structured
    from upstreamlint.readers.fragment import embedded

    found = [p for installed in index.of(Installation) for p in installed.providers]
    for config in index.of(ConfigMap):
        text = config.data["mesh"].value if "mesh" in config.data else None
        named = config.meta.name.value == "istio" or config.meta.name.value.startswith("istio-")
        if named and isinstance(text, Scalar) and "extensionProviders" in text.value:
            root = structured.root(embedded(text))
            found += extension_providers(root) if root is not None else ()
    return tuple(found)


def _fault(
    mesh: Mesh, policy: AuthorizationPolicy, defined: tuple[ExtensionProvider, ...]
) -> AskedProvider | None:
    name = policy.provider
    if name is None or is_placeholder(name.value) or policy.meta.patched:
        return None
    own = [p for p in defined if p.name.value == name.value and p.authorizes]
    if not own:
        return _undefined(mesh, policy, name, defined)
    if len(own) > 1:
        return None
    provider = own[0]
    service = provider.service
    if service is None or is_placeholder(service.value):
        return None
    return _host(mesh, policy, provider, service)


def _undefined(
    mesh: Mesh, policy: AuthorizationPolicy, name: Scalar, defined: tuple[ExtensionProvider, ...]
) -> AskedProvider | None:
    """A provider that none of the definitions has; where there are none they are elsewhere."""
    if not defined:
        return None
    names = {p.name.value: p for p in defined if p.authorizes}
    like = near_names(name.value, names)
    near = tuple(
        Candidate(names[n].name.anchor, "this provider is defined", n, certain=sole(name.value, like))
        for n in like[:1]
    )
    other = next((p for p in defined if p.name.value == name.value), None)
    if other is not None:
        text = f"`{other.kind}` is none that authorizes: `envoyExtAuthzHttp` and `envoyExtAuthzGrpc` do"
        near = (Candidate(other.name.anchor, text, ""),)
    verdict = mesh.index.ladder.absent(name.value, policy.meta.folder, near=bool(near))
    beside = any(is_beside(parent(p.name.source.path), policy.meta.folder) for p in defined)
    if not near and beside and verdict in (Verdict.ABSENT, Verdict.EXTERNAL):
        verdict = Verdict.CONFLICT
    shown = near or tuple(Candidate(p.name.anchor, "this provider is defined", "") for p in defined[:1])
    return AskedProvider(
        wanted=name.value,
        anchor=name.anchor,
        owner=policy,
        verdict=verdict,
        near=shown,
        policy=policy,
        provider=None,
        fault=ProviderFault.UNDEFINED,
        assumption="" if near or mesh.index.ladder.complete else "no other file adds providers to the mesh",
    )


def _host(
    mesh: Mesh, policy: AuthorizationPolicy, provider: ExtensionProvider, service: Scalar
) -> AskedProvider | None:
    space, slash, name = service.value.partition("/")
    host = mesh.expand(name if slash else service.value, "")
    # Nothing is expanded here: a name without a dot is a host of its own.
    host = host if "." in (name if slash else service.value) else Host(name if slash else service.value)
    found = mesh.registry.find(host, policy.meta.folder)
    if slash and found and space not in found.namespaces:
        found = Registered()
    if found:
        if found.patched or found.alias:
            return None
        return _port(policy, provider, found) or _plain(mesh, policy, provider, host, found)
    verdict, near, assumption = _absent(mesh, policy, host)
    if not verdict.broken:
        return None
    return AskedProvider(
        wanted=service.value,
        anchor=service.anchor,
        owner=policy,
        verdict=verdict,
        near=near,
        policy=policy,
        provider=provider,
        fault=ProviderFault.NO_HOST,
        assumption=assumption,
    )


def _absent(
    mesh: Mesh, policy: AuthorizationPolicy, host: Host
) -> tuple[Verdict, tuple[Candidate, ...], str]:
    """What it means that no Service has a host: a short name is one that none ever has."""
    folder = policy.meta.folder
    if host.service and host.namespace:
        verdict, near, assumption = absent_service(mesh.index, host.service, host.namespace, folder)
        if verdict is Verdict.ABSENT:
            verdict = mesh.absent(host.text, folder, near=False, own=False)
        suffix = host.text.removeprefix(host.service)
        full = (c._replace(instead=f"{c.instead}{suffix}") if "." not in c.instead else c for c in near)
        return verdict, tuple(full), assumption
    if is_address(host.text) or is_loopback(host.text):
        return Verdict.CONFLICT, (), "" if is_address(host.text) else _NO_ENTRY
    pair = two_part(host.text)
    name = pair[0] if pair is not None else host.text
    spaces = [pair[1]] if pair is not None else []
    same = [s for s in mesh.index.services_elsewhere(name, "\0") if not spaces or s.meta.namespace in spaces]
    named = [s for s in same if s.meta.namespace]
    if len(named) != 1:
        return mesh.absent(host.text, folder, near=False, own=False), (), ""
    meant = named[0]
    full_name = f"{meant.meta.name}.{meant.meta.namespace}.svc.{mesh.settings.domain}"
    near = (Candidate(meant.anchor, "this Service is probably meant", full_name, certain=True),)
    return Verdict.CONFLICT, near, ""


def _port(
    policy: AuthorizationPolicy, provider: ExtensionProvider, found: Registered
) -> AskedProvider | None:
    number = integer(provider.port)
    if provider.port is None or number is None or number in found.ports or not found.ports or provider.open:
        return None
    near = tuple(
        Candidate(
            p.anchor, f"Service `{s.title}` has port {p.number}", str(p.number), certain=len(s.ports) == 1
        )
        for s in found.services
        for p in s.ports[:3]
    )
    return AskedProvider(
        wanted=str(number),
        anchor=provider.port.anchor,
        owner=policy,
        verdict=Verdict.CONFLICT,
        near=near,
        policy=policy,
        provider=provider,
        fault=ProviderFault.NO_PORT,
    )


def _plain(
    mesh: Mesh, policy: AuthorizationPolicy, provider: ExtensionProvider, host: Host, found: Registered
) -> AskedProvider | None:
    """A port of an entry for TLS, which is asked in plain text: no DestinationRule for the host opens TLS there."""
    number = integer(provider.port)
    secure = [p for e in found.entries for p in e.ports if p.number == number and p.protocol.lower() in TLS]
    rules = [rule for level in mesh.rules.covering(host) for rule in level]
    opened = any(r.policy is not None and number and r.policy.tls_at(number) is not None for r in rules)
    if not secure or provider.port is None or provider.open or opened or any(r.meta.patched for r in rules):
        return None
    return AskedProvider(
        wanted=provider.port.value,
        anchor=provider.port.anchor,
        owner=policy,
        verdict=Verdict.CONFLICT,
        near=(Candidate(secure[0].anchor, "this port speaks TLS", ""),),
        policy=policy,
        provider=provider,
        fault=ProviderFault.PLAIN,
        assumption="" if rules or mesh.index.ladder.complete else "no DestinationRule elsewhere opens TLS",
    )


def _hit(mesh: Mesh, policy: AuthorizationPolicy) -> Iterator[Affected]:
    """The routes whose gateway, or whose workloads, the policy is for."""
    for owner in mesh.index.of(VirtualService):
        for number, written in enumerate(owner.routes):
            route = MeshRoute(owner, written, route_of(owner, written, number))
            for destination, share in shares(written):
                wire = wire_of(mesh, route, destination, share)
                clients = mesh.clients.of(owner, written, wire.found.namespaces)
                gateways = [w for c in clients if c.is_gateway for w in c.workloads]
                called = [w for s in wire.found.services for w in mesh.index.selected(s)]
                called = [w for w in called if mesh.injection.in_mesh(w)]
                if any(_is_for(mesh, policy, w) for w in (*gateways, *called)):
                    yield wire.hit


def _is_for(mesh: Mesh, policy: AuthorizationPolicy, workload: Workload) -> bool:
    here = policy.meta.namespace in (workload.meta.namespace, mesh.settings.root_namespace)
    if policy.targeted or not here:
        return False
    values = workload.template.values
    return policy.selector is None or all(values.get(k) == v for k, v in policy.selector.values.items())
