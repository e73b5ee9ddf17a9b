"""The host of a destination: what istiod finds under it in the registry, and why there may be nothing."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.evidence import Ladder, Verdict, is_placeholder
from upstreamlint.graph.istio.names import Host, two_part
from upstreamlint.graph.istio.references.destinations import HostFault, MeshHost
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.registry.hosts import Registered
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.names import absent_service
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import ServiceEntry
from upstreamlint.values import replace

_MALFORMED = patterns.compile(r"://|/|:\d+$|\.$|\s")


def malformed(written: str) -> bool:
    """Whether a host is written as something else: a URL, with a port, or with a trailing dot."""
    return (
        not written.startswith("[") and written.count(":") <= _ONE and _MALFORMED.search(written) is not None
    )


_ONE = 2
"""A URL has two colons at most; more are an IPv6 address."""


def broken_host(mesh: Mesh, wire: Wire, clients: tuple[Client, ...]) -> MeshHost | None:
    """Why no cluster exists for a host; nothing when one does."""
    host, found = wire.host, wire.found
    written, folder = wire.destination.host.value, wire.owner.meta.folder
    fault, assumption = HostFault.MISSING, ""
    near: tuple[Candidate, ...] = ()
    placeholder = is_placeholder(written.removeprefix("*")) or wire.owner.meta.patched
    if malformed(written) and not placeholder:
        return _reference(wire, Verdict.CONFLICT, HostFault.MALFORMED, ())
    if found:
        hidden = sorted(
            (c for c in clients if not known(found, c)) if not found.everywhere else (),
            key=lambda c: bool(c.assumption),
        )
        if not hidden:
            return _alias(mesh, wire)
        reference = _reference(wire, Verdict.CONFLICT, HostFault.NOT_EXPORTED, (), found)
        return replace(reference, client=hidden[0].namespace, assumption=hidden[0].assumption)
    if placeholder:
        verdict = Verdict.UNKNOWN
    elif (entry := mesh.registry.wildcard(host)) is not None:
        return _reference(
            wire, Verdict.CONFLICT, HostFault.WILDCARD, _wildcard_candidate(entry), Registered((), (entry,))
        )
    elif host.service:
        verdict, near, assumption = absent_service(mesh.index, host.service, host.namespace, folder)
        near = tuple(_spelled(c, host, written) for c in near)
        if "." in written:
            verdict, near = in_full(mesh.index.ladder, written, verdict, near, folder)
        if verdict is Verdict.ABSENT and host.namespace != wire.owner.meta.namespace:
            verdict = mesh.absent(written, folder, near=False, own=False)
        if verdict is not Verdict.UNKNOWN and (chain := _chain(mesh, wire, host)) is not None:
            verdict, fault, near = Verdict.CONFLICT, HostFault.CHAIN, (chain,)
    else:
        return _literal(mesh, wire)
    return replace(_reference(wire, verdict, fault, near), assumption=assumption)


def known(found: Registered, client: Client) -> bool:
    """Whether a client has clusters for a host: it is exported to it, or a sidecar of its own namespace is routed to it.

    A sidecar gets what the VirtualServices that it sees lead to, and of its own namespace whatever `exportTo` says
    (istio: `collectImportedServices` in `pilot/pkg/model/sidecar.go`). A gateway gets what is exported to it.
    """
    return found.visible(client.namespace) or (
        not client.is_gateway and client.namespace != "" and client.namespace in found.namespaces
    )


def _literal(mesh: Mesh, wire: Wire) -> MeshHost:
    """A host with a dot that is no Service's full name and no ServiceEntry's."""
    host = wire.host
    written, folder = host.text, wire.owner.meta.folder
    pair = two_part(written)
    services = mesh.index.services(*pair, folder) if pair is not None else []
    exact = [s for s in services if pair is not None and s.meta.namespace == pair[1]]
    if exact:
        full = f"{exact[0].meta.name}.{exact[0].meta.namespace}.svc.{mesh.settings.domain}"
        meant = Candidate(exact[0].anchor, "this Service is probably meant", full, certain=True)
        return _reference(wire, Verdict.CONFLICT, HostFault.NOT_EXPANDED, (meant,))
    chain = _chain(mesh, wire, host)
    if chain is not None:
        return _reference(wire, Verdict.CONFLICT, HostFault.CHAIN, (chain,))
    near = _similar_entry(mesh, written) or _misspelt_domain(mesh, wire, host)
    verdict = mesh.absent(written, folder, near=bool(near), own=False)
    return _reference(wire, verdict, HostFault.MISSING, near)


def _alias(mesh: Mesh, wire: Wire) -> MeshHost | None:
    """An ExternalName Service is the cluster of the host that it names, which must be registered itself."""
    service = wire.found.alias
    if service is None or service.external_name is None:
        return None
    target = service.external_name
    if is_placeholder(target.value) or service.meta.patched:
        return None
    if mesh.index.ladder.declared_external((target.value,)) or _names_service(target.value):
        return None
    near = (Candidate(target.anchor, "no ServiceEntry has this host", ""),)
    reference = _reference(wire, Verdict.CONFLICT, HostFault.ALIAS, near, wire.found)
    return replace(reference, assumption=f"no ServiceEntry for `{target}` comes from elsewhere")


def _names_service(name: str) -> bool:
    """Whether a name is a Service's of the cluster: whether that exists is asked where the alias is written."""
    return name.count(".") >= _ONE and name.split(".")[2] == "svc"


def in_full(
    ladder: Ladder, written: str, verdict: Verdict, near: tuple[Candidate, ...], folder: str
) -> tuple[Verdict, tuple[Candidate, ...]]:
    """A near miss of a full name, whose author chose the namespace: it counts when it is deployed together with it.

    What is no near miss is still missing where everything is known.
    """
    if (
        verdict is Verdict.NEAR_MISS
        and not ladder.whole
        and not all(is_beside(parent(c.anchor.source.path), folder) for c in near)
    ):
        return ladder.absent(written, folder, near=False), ()
    return verdict, near


def _reference(
    wire: Wire,
    verdict: Verdict,
    fault: HostFault,
    near: tuple[Candidate, ...],
    found: Registered | None = None,
) -> MeshHost:
    return MeshHost(
        wanted=wire.destination.host.value,
        anchor=wire.destination.host.anchor,
        owner=wire.owner,
        verdict=verdict,
        near=near,
        expanded=wire.host.shown,
        fault=fault,
        service=found.services[0] if found and found.services else None,
        entry=found.entries[0] if found and found.entries else None,
        **wire.fields,
    )


def _spelled(candidate: Candidate, host: Host, written: str) -> Candidate:
    """A candidate that is spelled as the destination is: in full when it is."""
    if "." not in written or "." in candidate.instead:
        return candidate
    return candidate._replace(instead=f"{candidate.instead}{host.text.removeprefix(host.service)}")


def _wildcard_candidate(entry: ServiceEntry) -> tuple[Candidate, ...]:
    return (Candidate(entry.hosts[0].anchor, "a wildcard makes no cluster for the hosts that it covers", ""),)


def _misspelt_domain(mesh: Mesh, wire: Wire, host: Host) -> tuple[Candidate, ...]:
    """The Service that a full name means whose cluster domain is misspelled."""
    name, _, rest = host.text.partition(".")
    space, _, rest = rest.partition(".")
    if not rest.startswith("svc."):
        return ()
    services = mesh.index.services(name, space, wire.owner.meta.folder)
    text, whole = "this Service is probably meant", f"{name}.{space}.svc.{mesh.settings.domain}"
    return tuple(Candidate(s.anchor, text, whole, certain=True) for s in services[:1])


def _similar_entry(mesh: Mesh, written: str) -> tuple[Candidate, ...]:
    """A ServiceEntry whose host is nearly the same."""
    like = near_names(written, mesh.registry.of_length(len(written)))
    like = [similar for similar in like if _misspelt(written, similar)]
    for similar in like[:1]:
        entry = mesh.registry.entry(similar)
        scalar = next(h for h in entry.hosts if h.value == similar)
        text = f"ServiceEntry `{entry.title}` has a similar host"
        return (Candidate(scalar.anchor, text, similar, certain=sole(written, like)),)
    return ()


def _misspelt(one: str, other: str) -> bool:
    """Whether two hosts differ by a slip: short first labels of one domain name different hosts."""
    own, _, domain = one.partition(".")
    its, _, other_domain = other.partition(".")
    return domain != other_domain or min(len(own), len(its)) >= _TELLING


_TELLING = 6
"""The length of a label from which on a letter more or less is a slip."""


def _chain(mesh: Mesh, wire: Wire, host: Host) -> Candidate | None:
    """The VirtualService whose host a destination names although no service is behind it.

    It is taken for the whole truth only when that VirtualService leads to other hosts alone, which are
    there: one that leads to its own host shows that a service exists somewhere else.
    """
    for other in mesh.virtual_hosts.get(host.text, ()):
        if other is wire.owner and not host.service:
            continue
        targets = [
            mesh.expand(d.host.value, other.meta.namespace) for r in other.routes for d in r.destinations
        ]
        if not targets or any(t.text == host.text or _variant(t, host) for t in targets):
            continue
        if all(mesh.registry.find(t, other.meta.folder) for t in targets):
            return Candidate(
                other.anchor,
                f"the host belongs to VirtualService `{other.title}`, which is no service",
                wire.destination.host.value if not targets else _short(targets[0], wire),
            )
    return None


def _variant(target: Host, host: Host) -> bool:
    """Whether a Service is one of several behind a common one, which then exists somewhere else."""
    return bool(host.service) and target.service.startswith(f"{host.service}-")


def _short(target: Host, wire: Wire) -> str:
    same = target.service and target.namespace == wire.owner.meta.namespace
    return target.service if same else target.shown
