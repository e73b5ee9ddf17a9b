"""The subset of a destination: whether it is defined for the client that calls."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.names import exported
from upstreamlint.graph.istio.references.destinations import SubsetLabels, SubsetName
from upstreamlint.graph.istio.registry.destination_rules import Client, why_hidden
from upstreamlint.graph.istio.routes.subset_endpoints import endpoint_links, goes_past
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import DestinationRule, Subset
from upstreamlint.source import Anchor

_ANYBODY = (Client(""),)
"""The client when a gateway is not among the files: whatever defines the subset may apply."""


def subset_links(
    mesh: Mesh, wire: Wire, clients: tuple[Client, ...]
) -> Iterator[Edge | SubsetName | SubsetLabels]:
    """The subset of a destination for every client, and the hops through it."""
    host, found = wire.host, wire.found
    wanted = wire.destination.subset
    if wanted is None:
        return
    seen: dict[int, tuple[DestinationRule, Subset]] = {}
    sure = [c for c in clients if not c.assumption]
    supposed = _unlike([c for c in clients if c.assumption], mesh.rules.apart(host))
    broken = False
    for client in (*sure, *_shadowed(mesh, wire, sure), *supposed) or _ANYBODY:
        if broken and client.assumption:
            continue
        rules = mesh.rules.applying(host, found.namespaces, client, wire.owner.meta.folder)
        defined = [(r, s) for r in rules for s in r.subsets if s.name.value == wanted.value]
        if not defined:
            undefined = _undefined(mesh, wire, wanted, client, rules)
            broken |= undefined.broken
            yield undefined
            continue
        for rule, subset in defined:
            seen.setdefault(id(subset), (rule, subset))
    dialled = bool(clients) and not any(c.is_gateway for c in clients)
    for rule, subset in seen.values():
        if not wire.mirror:
            whole = dialled and goes_past(wire, rule, subset)
            for head in wire.heads if whole else (subset,):
                yield Edge(wire.route, head, wanted.anchor, wire.text, wire.share)
        yield from endpoint_links(mesh, wire, rule, subset, dialled=dialled)


def _unlike(clients: list[Client], apart: frozenset[str] | None) -> list[Client]:
    """Of clients that use the same rules, the first."""
    if apart is None:
        return clients
    first = next((c for c in clients if c.namespace not in apart), None)
    return [c for c in clients if c is first or c.namespace in apart]


def _shadowed(mesh: Mesh, wire: Wire, clients: list[Client]) -> Iterator[Client]:
    """Sidecars of other namespaces whose own DestinationRule replaces the one of the Service's namespace."""
    if not any(not c.is_gateway for c in clients):
        return
    host = wire.host
    known = {c.namespace for c in clients}
    for rule in mesh.rules.exact(host):
        own = rule.meta.namespace
        if own in known or own in (host.namespace, mesh.settings.root_namespace):
            continue
        pods = mesh.index.workloads(own)
        if pods and exported(wire.owner.export_to, wire.owner.meta.namespace, own):
            known.add(own)
            yield Client(own, pods)


def _undefined(
    mesh: Mesh,
    wire: Wire,
    wanted: Scalar,
    client: Client,
    rules: tuple[DestinationRule, ...],
) -> SubsetName:
    """A subset that no rule in force defines: it may be hidden, misspelled, or nowhere at all."""
    host, found = wire.host, wire.found
    every = [r for level in mesh.rules.covering(host) for r in level]
    hidden = next((r for r in every if any(s.name.value == wanted.value for s in r.subsets)), None)
    near: tuple[Candidate, ...] = ()
    why, assumption = "", client.assumption
    because: tuple[Anchor | None, DestinationRule | None] = (None, None)
    elsewhere = hidden is not None and any(r.id == hidden.id for r in rules)
    if elsewhere or wire.owner.meta.patched or any(r.meta.patched for r in every):
        verdict, hidden = Verdict.UNKNOWN, None
    elif hidden is not None:
        verdict = Verdict.CONFLICT
        spaces = found.namespaces or (host.namespace,)
        why = why_hidden(hidden, client, spaces, rules, mesh.settings.root_namespace)
        because = _because(hidden, rules, why)
    elif any(r.subsets for r in every) or mesh.rules.exact(host):
        assumption = ""
        verdict, near = Verdict.CONFLICT, _similar_subset(wanted, rules or tuple(every))
    else:
        assumption = ""
        near = _similar_rule(mesh, wire, wanted)
        verdict = mesh.index.ladder.absent(wanted.value, wire.owner.meta.folder, near=bool(near))
        beside = any(s.meta.folder == wire.owner.meta.folder for s in found.services)
        if not near and beside and not verdict.broken:
            verdict, assumption = Verdict.CONFLICT, "no DestinationRule comes from elsewhere"
    return SubsetName(
        wanted=wanted.value,
        anchor=wanted.anchor,
        owner=wire.owner,
        verdict=verdict,
        near=near,
        assumption=assumption,
        host=host.shown,
        client=client.namespace,
        rules=rules,
        hidden=hidden,
        why=why,
        because=because[0],
        because_of=because[1],
        **wire.fields,
    )


def _because(
    hidden: DestinationRule, rules: tuple[DestinationRule, ...], why: str
) -> tuple[Anchor | None, DestinationRule | None]:
    """The place that keeps a rule from applying: in itself, or in the rule that is used instead."""
    if "exported" in why and hidden.export_to:
        return hidden.export_to[0].anchor, hidden
    if hidden.workload_selector is not None:
        return hidden.workload_selector.anchor, hidden
    return (rules[0].host.anchor, rules[0]) if rules else (None, None)


def _similar_subset(wanted: Scalar, rules: tuple[DestinationRule, ...]) -> tuple[Candidate, ...]:
    subsets = {s.name.value: (r, s) for r in rules for s in r.subsets}
    similar = near_names(wanted.value, subsets)
    chosen = similar[:1] or list(subsets)
    if not chosen:
        rule = rules[0]
        return (Candidate(rule.anchor, f"DestinationRule `{rule.title}` defines no subsets", ""),)
    rule, subset = subsets[chosen[0]]
    text = ", ".join(f"`{name}`" for name in subsets)
    text = f"DestinationRule `{rule.title}` defines {text}"
    return (Candidate(subset.name.anchor, text, chosen[0], certain=sole(wanted.value, similar)),)


def _similar_rule(mesh: Mesh, wire: Wire, wanted: Scalar) -> tuple[Candidate, ...]:
    """The rule that defines the subset for a host of a similar name, or for one of another namespace by mistake."""
    for rule in (*mesh.rules.similar(wire.host), *mesh.rules.elsewhere(wire.host)):
        own = mesh.rules.expanded[id(rule)]
        if own.service == wire.host.service and mesh.registry.find(own, rule.meta.folder):
            continue
        if any(s.name.value == wanted.value for s in rule.subsets):
            text = f"DestinationRule `{rule.title}` defines it for host `{own.shown}`"
            return (Candidate(rule.host.anchor, text, ""),)
    return ()
