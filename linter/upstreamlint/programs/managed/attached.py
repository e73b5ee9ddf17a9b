"""Policies that attach to a Gateway, a route or a Service: what they are for, and which Services they ask themselves.

`policies.json` says of each kind what it may be attached to. A policy is for objects of its own namespace alone
(Gateway API, GEP-713, `LocalPolicyTargetReference`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.programs.managed.checks.written import (
    HealthFields,
    WrittenCheck,
    health_fields,
    written_check,
)
from upstreamlint.programs.managed.fields import at, text
from upstreamlint.source import Anchor
from upstreamlint.typed import Any
from upstreamlint.values import entity, frozen


@frozen(kw_only=True)
class PolicyKind:
    """A kind of policy: the kinds that it attaches to, and where it names Services that it asks.

    `services` lead from the spec to what holds `backendRef` or `backendRefs`. Requests of its target are answered with
    the status `fails` where one of them is not there, unless the field `open` is true. `health` is where it says what backends are asked for their health.
    """

    group: str
    kind: str
    targets: tuple[str, ...]
    source: str
    services: tuple[str, ...] = ()
    open: str = ""
    fails: int = 0
    health: HealthFields | None = None


@entity(kw_only=True)
class PolicyTarget:
    """What a policy is for; `section` is a port of a Service, a listener of a Gateway or a rule of a route."""

    kind: str
    name: Scalar
    section: Scalar | None
    anchor: Anchor


@entity(kw_only=True)
class AskedService:
    """A Service that a policy has asked before a request goes on; `space` is where another namespace is written."""

    name: Scalar
    namespace: str
    port: Scalar | None
    space: Scalar | None = None


@entity
class AttachedPolicy(KubernetesObject):
    """A policy with its targets.

    `hostname` is what a BackendTLSPolicy asks for, of whom the system trusts where `system` is set; `open` says that requests pass without an answer,
    `follows` that a backend is spoken to as its clients speak (`useClientProtocol` of Envoy Gateway), `merges` that a policy for what is around its target counts, too.
    `check` is what backends are asked for their health, `authorities` are ConfigMaps with whom it believes. `header` is where it has connections
    begin with a PROXY header: those of clients (ClientTrafficPolicy of Envoy Gateway), all of them unless it is `optional`, or those to
    backends (its BackendTrafficPolicy, BackendConfigPolicy of kgateway).
    """

    policy: PolicyKind
    targets: tuple[PolicyTarget, ...]
    asked: tuple[AskedService, ...]
    hostname: str
    open: bool
    system: bool = False
    follows: bool = False
    check: WrittenCheck | None = None
    merges: bool = False
    authorities: tuple[Scalar, ...] = ()
    header: Anchor | None = None
    optional: bool = False


@cache
def policy_kinds() -> dict[tuple[str, str], PolicyKind]:
    """Every kind of policy by its group and name."""
    with open(f"{os.path.dirname(__file__)}/policies.json", encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = json.load(stream)
    kinds = (
        PolicyKind(
            **{
                **row,
                "targets": tuple(row["targets"]),
                "services": tuple(row.get("services", ())),
                "health": health_fields(row),
            }
        )
        for row in rows
    )
    return {(kind.group, kind.kind): kind for kind in kinds}


def attached_policy(meta: Meta, root: Mapping) -> AttachedPolicy | None:
    """A policy from its manifest; nothing for another kind."""
    kind, spec = policy_kinds().get((meta.group, meta.kind)), root.mapping("spec")
    if kind is None or spec is None:
        return None
    single = spec.mapping("targetRef")
    refs = [*([single] if single is not None else []), *spec.mappings("targetRefs")]
    validation = spec.mapping("validation")
    hostname = validation.scalar("hostname") if validation is not None else None
    found = [found for path in kind.services for holder in at(spec, path) for found in _asked(meta, holder)]
    opens = list(at(spec, kind.open)) if kind.open else []
    return AttachedPolicy(
        meta,
        kind,
        tuple(target for ref in refs if (target := _target(ref)) is not None),
        tuple(found),
        hostname.value if hostname is not None else "",
        any(isinstance(n, Scalar) and n.value == "true" for n in opens),
        _of_system(validation),
        text(spec, "useClientProtocol") == "true",
        check=written_check(kind.health, root, root),
        merges="mergeType" in spec,
        authorities=tuple(_authorities(validation)),
        header=_header(spec),
        optional=text(spec, "proxyProtocol.optional") == "true",
    )


def _header(spec: Mapping) -> Anchor | None:
    """Where a policy has listeners read PROXY headers, or backends sent them."""
    flag = spec.scalar("enableProxyProtocol")
    told = spec.mapping("proxyProtocol") or spec.mapping("upstreamProxyProtocol")
    if told is not None:
        return told.anchor
    return flag.anchor if flag is not None and flag.value == "true" else None


def _authorities(validation: Mapping | None) -> Iterator[Scalar]:
    """The ConfigMaps among whom a policy believes; nothing where one is of another kind."""
    refs = validation.mappings("caCertificateRefs") if validation is not None else []
    kinds = {text(ref, "kind") for ref in refs}
    if kinds <= {"ConfigMap"}:
        yield from (name for ref in refs if (name := ref.scalar("name")) is not None)


def _of_system(validation: Mapping | None) -> bool:
    if validation is None or validation.get("caCertificateRefs") is not None:
        return False
    known = validation.scalar("wellKnownCACertificates") or validation.scalar("wellKnownCACerts")
    return known is not None and known.value == "System"


def _target(ref: Mapping) -> PolicyTarget | None:
    kind, name = ref.scalar("kind"), ref.scalar("name")
    if kind is None or name is None:
        return None
    return PolicyTarget(kind=kind.value, name=name, section=ref.scalar("sectionName"), anchor=ref.anchor)


def _asked(meta: Meta, holder: Node) -> Iterator[AskedService]:
    if not isinstance(holder, Mapping):
        return
    single = holder.mapping("backendRef")
    for ref in [*([single] if single is not None else []), *holder.mappings("backendRefs")]:
        kind, group, name = ref.scalar("kind"), ref.scalar("group"), ref.scalar("name")
        other = (kind is not None and kind.value != "Service") or (group is not None and group.value != "")
        if name is None or other:
            continue
        space = ref.scalar("namespace")
        yield AskedService(
            name=name,
            namespace=space.value if space is not None else meta.namespace,
            port=ref.scalar("port"),
            space=space,
        )
